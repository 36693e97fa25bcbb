package co.caution.build;

import co.caution.eif.Measurements;
import co.caution.project.Manifest;
import co.caution.project.Procfile;
import java.nio.file.Path;

/**
 * What a build made.
 *
 * @param stage the directory in which everything that went into the image can be read
 * @param eifSize bytes
 * @param manifestJson the manifest's bytes as measured
 * @param files a {@link co.caution.project.FileList}, whose SHA-256 the manifest gives
 */
public record BuiltImage(
        Path stage,
        Path eif,
        long eifSize,
        Measurements measurements,
        Manifest manifest,
        byte[] manifestJson,
        Path files,
        Procfile procfile,
        Path log) {}
