/** The pipeline: commit tree, container image, flattened root file system, app ramdisk, EIF, measurements. */
@NullMarked
package co.caution.build;

import org.jspecify.annotations.NullMarked;
