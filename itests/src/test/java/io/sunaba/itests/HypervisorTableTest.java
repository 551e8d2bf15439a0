package io.sunaba.itests;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.tck.hypervisor.DeclaredAbilities;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;

/// The table of abilities in docs/hypervisors.md is what the hypervisor bundles declare.
class HypervisorTableTest {
    private static final String HEADING = "## Abilities\n";

    /// Their names, and their bundles.
    private static final Map<String, String> HYPERVISORS = new LinkedHashMap<>();

    static {
        HYPERVISORS.put("QEMU", "io.sunaba.hypervisor.qemu");
        HYPERVISORS.put("Cloud Hypervisor", "io.sunaba.hypervisor.clh");
    }

    private static Set<String> declared(String bundle) throws IOException {
        Path jar = Platform.distribution().resolve("system").resolve(bundle + ".jar");
        try (JarFile file = new JarFile(jar.toFile())) {
            ZipEntry description =
                    file.stream()
                            .filter(entry ->
                                    entry.getName().matches("OSGI-INF/[^/]*Hypervisor.xml"))
                            .findFirst()
                            .orElseThrow();
            try (InputStream text = file.getInputStream(description)) {
                return DeclaredAbilities.of(
                        new String(text.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
    }

    private static String table() throws IOException {
        Map<String, Set<String>> declared = new LinkedHashMap<>();
        Set<String> all = new TreeSet<>();
        for (Map.Entry<String, String> hypervisor : HYPERVISORS.entrySet()) {
            Set<String> abilities = declared(hypervisor.getValue());
            declared.put(hypervisor.getKey(), abilities);
            all.addAll(abilities);
        }
        StringBuilder table = new StringBuilder();
        table.append("| ability | ").append(String.join(" | ", declared.keySet())).append(" |\n");
        table.append("|---".repeat(declared.size() + 1)).append("|\n");
        for (String ability : all) {
            List<String> cells =
                    declared.values().stream()
                            .map(has -> has.contains(ability) ? "yes" : "no")
                            .toList();
            table.append("| `%s` | %s |\n".formatted(ability, String.join(" | ", cells)));
        }
        return table.toString();
    }

    @Test
    void tableIsWhatTheBundlesDeclare() throws Exception {
        Path file = Installation.REPOSITORY.resolve("docs/hypervisors.md");
        String text = requireNonNull(Files.readString(file));
        String section = text.substring(text.indexOf(HEADING) + HEADING.length());
        assertThat(section)
                .as("the section Abilities of docs/hypervisors.md begins with this table")
                .startsWith("\n" + table());
    }
}
