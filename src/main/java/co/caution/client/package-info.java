/** Who calls, and how often they may: addresses behind proxies, and limits that all nodes count together. */
@NullMarked
package co.caution.client;

import org.jspecify.annotations.NullMarked;
