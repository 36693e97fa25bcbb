/** Long lists, a page at a time: by where the last page ended, never by how many rows came before. */
@NullMarked
package co.caution.paging;

import org.jspecify.annotations.NullMarked;
