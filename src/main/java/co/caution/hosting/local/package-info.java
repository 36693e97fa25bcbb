/** Enclaves in QEMU beside the service, with a simulated security module. */
@NullMarked
package co.caution.hosting.local;

import org.jspecify.annotations.NullMarked;
