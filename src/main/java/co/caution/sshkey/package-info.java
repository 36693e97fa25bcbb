/** SSH public keys, and what their holders signed. */
@NullMarked
package co.caution.sshkey;

import org.jspecify.annotations.NullMarked;
