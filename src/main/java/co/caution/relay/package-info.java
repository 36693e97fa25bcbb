/** The attestation relay and the front door to running apps. */
@NullMarked
package co.caution.relay;

import org.jspecify.annotations.NullMarked;
