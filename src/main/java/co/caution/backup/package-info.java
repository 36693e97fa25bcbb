/** One file with everything of a service that cannot be made anew, and the way back. */
@NullMarked
package co.caution.backup;

import org.jspecify.annotations.NullMarked;
