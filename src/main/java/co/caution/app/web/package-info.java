/** Apps over HTTP. */
@NullMarked
package co.caution.app.web;

import org.jspecify.annotations.NullMarked;
