package io.sunaba.itests;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;

/// A third party's bundle, packed from a package of the tests.
final class PluginJar {
    private final Class<?> member;
    private final Map<String, String> manifest = new LinkedHashMap<>();
    private final Map<String, String> texts = new LinkedHashMap<>();

    /// @param member a class of the package, of which the bundle has all
    PluginJar(String symbolicName, Class<?> member) {
        this.member = member;
        header("Bundle-ManifestVersion", "2");
        header("Bundle-SymbolicName", symbolicName);
        header("Bundle-Version", "1.0.0");
    }

    PluginJar header(String name, String value) {
        manifest.put(name, value);
        return this;
    }

    PluginJar text(String entry, String text) {
        texts.put(entry, text);
        return this;
    }

    /// Adds a component, of a class that provides services under a name.
    PluginJar component(String name, Class<?> implementation, Class<?>... services) {
        String provided =
                Stream.of(services)
                        .map(it -> "<provide interface=\"%s\"/>".formatted(it.getName()))
                        .reduce("", String::concat);
        String file = "OSGI-INF/" + name + ".xml";
        manifest.merge("Service-Component", file, (one, other) -> one + "," + other);
        return text(
                file,
                """
                <scr:component xmlns:scr="http://www.osgi.org/xmlns/scr/v1.3.0" name="%s">
                  <implementation class="%s"/>
                  <property name="sunaba.name" value="%s"/>
                  <service>%s</service>
                </scr:component>
                """
                        .formatted(name, implementation.getName(), name, provided));
    }

    /// Writes it; a file that is watched comes whole.
    Path write(Path jar) throws IOException {
        Path whole = Files.createTempFile(jar.toAbsolutePath().getParent(), "packed", ".tmp");
        Manifest full = new Manifest();
        full.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.forEach(full.getMainAttributes()::putValue);
        try (OutputStream out = Files.newOutputStream(whole);
                JarOutputStream bundle = new JarOutputStream(out, full)) {
            for (Path file : classes()) {
                bundle.putNextEntry(new JarEntry(folder() + "/" + file.getFileName()));
                Files.copy(file, bundle);
            }
            for (Map.Entry<String, String> text : texts.entrySet()) {
                bundle.putNextEntry(new JarEntry(text.getKey()));
                bundle.write(text.getValue().getBytes(UTF_8));
            }
        }
        return Files.move(whole, jar);
    }

    private String folder() {
        return member.getPackageName().replace('.', '/');
    }

    private List<Path> classes() throws IOException {
        Path folder =
                Installation.REPOSITORY.resolve("itests/target/test-classes").resolve(folder());
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> classes =
                    new ArrayList<>(
                            files.filter(file -> !file.endsWith("package-info.class")).toList());
            classes.sort(null);
            return classes;
        }
    }
}
