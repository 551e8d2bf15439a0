package io.sunaba.core.config;

import io.sunaba.error.UnavailableException;
import io.sunaba.hypervisor.GuestImage;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Properties;

/// Reads the manifest of a guest image and sees that its files are there in full. Their contents
/// were hashed when they were built; that is not repeated for every boot.
public final class GuestImages {
    public static final String MANIFEST = "guest.properties";

    private static final String REMEDY =
            "; run ./dev build, or set guest.image in " + CoreConfig.PID;

    private GuestImages() {}

    /// Returns the image in a directory.
    ///
    /// @throws UnavailableException if it is missing or incomplete; names the file and the remedy
    public static GuestImage load(Path directory) {
        Path manifest = directory.resolve(MANIFEST);
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(manifest)) {
            properties.load(reader);
        } catch (NoSuchFileException e) {
            throw new UnavailableException("the guest image has no " + manifest + REMEDY, e);
        } catch (IOException | IllegalArgumentException e) {
            throw new UnavailableException(
                    "the guest image's " + manifest + " cannot be read: " + e.getMessage() + REMEDY,
                    e);
        }
        String format = property(manifest, properties, "format");
        if (!format.equals("1")) {
            throw new UnavailableException(
                    manifest + " has format " + format + ", this platform reads format 1" + REMEDY);
        }
        return new GuestImage(
                file(manifest, properties, "kernel"),
                file(manifest, properties, "initrd"),
                file(manifest, properties, "root"),
                property(manifest, properties, "kernelArguments"),
                property(manifest, properties, "buildHash"));
    }

    private static Path file(Path manifest, Properties properties, String part) {
        Path file = manifest.resolveSibling(property(manifest, properties, part + ".file"));
        String size = property(manifest, properties, part + ".size");
        String found;
        try {
            found = Long.toString(Files.size(file));
        } catch (IOException e) {
            throw new UnavailableException(
                    "the guest image's " + part + " " + file + " is missing" + REMEDY, e);
        }
        if (!found.equals(size)) {
            throw new UnavailableException(
                    ("the guest image's %s %s has %s bytes, %s says %s" + REMEDY)
                            .formatted(part, file, found, MANIFEST, size));
        }
        return file;
    }

    private static String property(Path manifest, Properties properties, String key) {
        String value = properties.getProperty(key);
        if (value == null || value.isBlank()) {
            throw new UnavailableException(manifest + " has no " + key + REMEDY);
        }
        return value.strip();
    }
}
