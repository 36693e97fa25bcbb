/** Evidence checked, reproduced, compared and explained. */
@NullMarked
package co.caution.verify;

import org.jspecify.annotations.NullMarked;
