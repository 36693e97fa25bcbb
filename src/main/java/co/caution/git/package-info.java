/** The SSH server that receives pushes. */
@NullMarked
package co.caution.git;

import org.jspecify.annotations.NullMarked;
