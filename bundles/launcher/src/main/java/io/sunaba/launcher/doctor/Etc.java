package io.sunaba.launcher.doctor;

import io.sunaba.etc.Definition;
import io.sunaba.etc.EtcFile;
import io.sunaba.etc.InvalidFileException;
import io.sunaba.etc.Metatype;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The files of `etc/`.
final class Etc {
    private static final String SUBJECT = "configuration";

    private final Path home;
    private final Map<String, String> variables;
    private final List<Finding> findings = new ArrayList<>();
    private final Map<String, Map<String, String>> values = new HashMap<>();

    private Etc(Host host) {
        this.home = host.home();
        this.variables =
                Map.of(
                        "sunaba.home", host.home().toString(),
                        "sunaba.data", host.data().toString(),
                        "sunaba.run", host.run().toString());
    }

    /// Reads and checks them.
    static Etc read(Host host) {
        Etc etc = new Etc(host);
        try {
            List<Definition> definitions = etc.definitions();
            List<Path> files = list(host.home().resolve("etc"), EtcFile.ENDING);
            for (Path file : files) {
                etc.add(file, definitions);
            }
            if (etc.findings.isEmpty()) {
                etc.findings.add(
                        Finding.ok(
                                SUBJECT, files.size() + " files in " + host.home().resolve("etc")));
            }
        } catch (IOException e) {
            etc.findings.add(
                    Finding.error(
                            SUBJECT,
                            "it cannot be read: " + e,
                            "unpack the distribution again, or give this user the right to read it"));
        }
        return etc;
    }

    List<Finding> findings() {
        return findings;
    }

    /// Returns what a file sets, or what is in force without.
    String value(String pid, String key, String otherwise) {
        return values.getOrDefault(pid, Map.of()).getOrDefault(key, otherwise);
    }

    private void add(Path file, List<Definition> all) {
        String pid = EtcFile.pid(file);
        List<Definition> definitions =
                all.stream().filter(definition -> definition.pid().equals(pid)).toList();
        try {
            EtcFile read = EtcFile.read(file, this::variable);
            read.check(definitions);
            values.put(pid, read.values());
            if (definitions.isEmpty()) {
                findings.add(
                        Finding.warning(
                                SUBJECT,
                                file + ": no bundle says what " + pid + " is; it is not checked",
                                "if the name is right, there is nothing to do"));
            }
        } catch (InvalidFileException e) {
            findings.add(
                    Finding.error(
                            SUBJECT,
                            String.valueOf(e.getMessage()),
                            "edit the file; an edit applies at once"));
        }
    }

    private @Nullable String variable(String name) {
        String value = variables.get(name);
        return value == null ? System.getProperty(name) : value;
    }

    private List<Definition> definitions() throws IOException {
        List<Definition> definitions = new ArrayList<>();
        List<Path> jars = new ArrayList<>(list(home.resolve("system"), ".jar"));
        jars.addAll(list(home.resolve("system/optional"), ".jar"));
        jars.addAll(list(home.resolve("deploy"), ".jar"));
        for (Path jar : jars) {
            try (JarFile bundle = new JarFile(jar.toFile())) {
                for (JarEntry entry : Collections.list(bundle.entries())) {
                    if (entry.getName().startsWith(Metatype.FOLDER)
                            && entry.getName().endsWith(".xml")) {
                        try (InputStream in = bundle.getInputStream(entry)) {
                            definitions.addAll(Metatype.read(in));
                        }
                    }
                }
            } catch (IOException e) {
                findings.add(
                        Finding.error(
                                "bundles",
                                jar + " cannot be read: " + e.getMessage(),
                                "put the file there again"));
            }
        }
        return definitions;
    }

    private static List<Path> list(Path folder, String ending) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(ending)).sorted().toList();
        }
    }
}
