/** An EnclaveOS release: its inputs and outputs, building it from source, its boot ramdisk. */
@NullMarked
package co.caution.enclaveos;

import org.jspecify.annotations.NullMarked;
