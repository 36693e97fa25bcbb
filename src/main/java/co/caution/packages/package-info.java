/** Debian packages by their SHA-256: what apt would install, brought from wherever this machine takes packages, unpacked. */
@NullMarked
package co.caution.packages;

import org.jspecify.annotations.NullMarked;
