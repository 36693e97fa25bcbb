/** What a person trusts at which place, and what they saw there: kept in their own configuration, never in a checkout. */
@NullMarked
package co.caution.trust;

import org.jspecify.annotations.NullMarked;
