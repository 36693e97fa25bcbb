/** The service: puts the rooms together and starts them. */
@NullMarked
package co.caution;

import org.jspecify.annotations.NullMarked;
