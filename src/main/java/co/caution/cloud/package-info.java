/** Organizations' accounts at AWS: how they let this service in, and whether they do. Nothing is started there yet. */
@NullMarked
package co.caution.cloud;

import org.jspecify.annotations.NullMarked;
