/** The tables of apps, builds, releases and deployments. */
@NullMarked
package co.caution.app.store;

import org.jspecify.annotations.NullMarked;
