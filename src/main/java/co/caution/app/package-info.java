/** Apps, builds, releases and deployments. */
@NullMarked
package co.caution.app;

import org.jspecify.annotations.NullMarked;
