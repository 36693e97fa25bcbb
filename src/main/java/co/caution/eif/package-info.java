/** The enclave image format: write, read and measure images; newc (cpio) archives, which ramdisks are. */
@NullMarked
package co.caution.eif;

import org.jspecify.annotations.NullMarked;
