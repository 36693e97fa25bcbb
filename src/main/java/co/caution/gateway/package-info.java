/** The HTTP edge: security, errors, headers. */
@NullMarked
package co.caution.gateway;

import org.jspecify.annotations.NullMarked;
