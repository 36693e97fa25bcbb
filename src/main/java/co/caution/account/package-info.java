/** Users, their SSH keys and API tokens. */
@NullMarked
package co.caution.account;

import org.jspecify.annotations.NullMarked;
