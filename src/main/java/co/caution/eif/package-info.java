/** The enclave image format: write, read, describe and measure images; the cpio (newc) writer. */
@NullMarked
package co.caution.eif;

import org.jspecify.annotations.NullMarked;
