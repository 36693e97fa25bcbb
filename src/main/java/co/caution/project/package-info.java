/** What an app's repository says: Procfile, deployment.json, and the measured manifest. */
@NullMarked
package co.caution.project;

import org.jspecify.annotations.NullMarked;
