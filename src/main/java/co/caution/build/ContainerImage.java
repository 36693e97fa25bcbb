package co.caution.build;

import java.nio.file.Path;
import java.util.List;

/**
 * An image before it is flattened.
 *
 * @param builder how it was made, as the manifest says it
 * @param bases what it was made from, each with its digest
 * @param layout an OCI image layout with this one image
 */
record ContainerImage(String builder, List<String> bases, Path layout) {}
