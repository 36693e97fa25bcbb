/** Says in words what makes two images of one source different, and what usually causes that. */
@NullMarked
package co.caution.explain;

import org.jspecify.annotations.NullMarked;
