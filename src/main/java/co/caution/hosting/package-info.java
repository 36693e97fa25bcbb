/** The port through which enclaves are launched, observed, addressed and terminated. */
@NullMarked
package co.caution.hosting;

import org.jspecify.annotations.NullMarked;
