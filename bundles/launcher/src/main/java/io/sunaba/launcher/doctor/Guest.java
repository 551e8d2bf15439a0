package io.sunaba.launcher.doctor;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;

/// The kernel and the disks of guests.
final class Guest {
    private static final String SUBJECT = "guest image";
    private static final String REMEDY =
            "put the files of the distribution's guest/ there again, or set guest.image in"
                    + " etc/io.sunaba.core.cfg";

    private Guest() {}

    static Finding look(Host host, Etc etc) {
        Path folder = Path.of(etc.value("io.sunaba.core", "guest.image", host.home() + "/guest"));
        Path manifest = folder.resolve("guest.properties");
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(manifest)) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException _) {
            return Finding.error(SUBJECT, manifest + " is missing or cannot be read", REMEDY);
        }
        for (String part : List.of("kernel", "initrd", "root")) {
            Path file = folder.resolve(properties.getProperty(part + ".file", part));
            String wanted = properties.getProperty(part + ".size", "?");
            try {
                String found = Long.toString(Files.size(file));
                if (!found.equals(wanted)) {
                    return Finding.error(
                            SUBJECT,
                            "%s has %s bytes, and should have %s".formatted(file, found, wanted),
                            REMEDY);
                }
                if (!Files.isReadable(file)) {
                    return Finding.error(
                            SUBJECT, "this user may not read " + file, "chmod a+r " + file);
                }
            } catch (IOException _) {
                return Finding.error(SUBJECT, file + " is missing", REMEDY);
            }
        }
        return Finding.ok(SUBJECT, folder + ", kernel, initial RAM disk and root disk are there");
    }
}
