/** The API in words, for people who have an SSH client and nothing else: {@code ssh HOST apps list}. */
@NullMarked
package co.caution.words;

import org.jspecify.annotations.NullMarked;
