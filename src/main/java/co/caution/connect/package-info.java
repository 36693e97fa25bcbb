/** A port of this machine that leads into an enclave that was verified, and nowhere else. */
@NullMarked
package co.caution.connect;

import org.jspecify.annotations.NullMarked;
