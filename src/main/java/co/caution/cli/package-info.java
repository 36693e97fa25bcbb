/** The command line, one class per command. */
@NullMarked
package co.caution.cli;

import org.jspecify.annotations.NullMarked;
