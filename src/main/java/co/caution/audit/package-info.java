/** Who did what: the log that is only ever added to, and the one who acts. */
@NullMarked
package co.caution.audit;

import org.jspecify.annotations.NullMarked;
