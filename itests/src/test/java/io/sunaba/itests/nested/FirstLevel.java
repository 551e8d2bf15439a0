package io.sunaba.itests.nested;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// A first-level machine that has this host's programs, and KVM.
final class FirstLevel {
    private static final Path REPOSITORY =
            Path.of(requireNonNull(System.getProperty("sunaba.repository"))).normalize();

    /// Patience where everything is translated twice.
    private static final int PATIENCE = 6;

    /// What the contract suite waits for there.
    private static final int CONTRACT_SECONDS = 120;

    private FirstLevel() {}

    /// Runs scenarios on such a machine.
    ///
    /// @param output told each line that is printed
    /// @return the exit status
    static int run(Path directory, Scenarios scenarios, Consumer<String> output)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(REPOSITORY.resolve("itests/nested/run").toString());
        command.add(directory.toString());
        command.addAll(
                List.of(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:CompileThresholdScaling=20",
                        "-XX:+UnlockDiagnosticVMOptions",
                        "-XX:-BytecodeVerificationRemote",
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Dsunaba.repository=" + REPOSITORY,
                        "-Dsunaba.itests.hypervisor=" + scenarios.hypervisor(),
                        "-Dsunaba.itests.settings=" + REPOSITORY.resolve("itests/nested/etc"),
                        "-Dsunaba.itests.logs=" + directory,
                        "-Dsunaba.itests.unpacked=true",
                        "-Dsunaba.itests.direct=true",
                        "-Dsunaba.itests.patience=" + PATIENCE,
                        "-Dsunaba.tck.patience=" + CONTRACT_SECONDS,
                        "-Dsunaba.kvm=true",
                        "-Dsunaba.nested.image=" + REPOSITORY.resolve("guest/image/target/guest"),
                        "-Dsunaba.nested.initrd=" + directory.resolve("small.initrd"),
                        "-cp",
                        classPath(scenarios.hypervisor()),
                        Runner.class.getName()));
        command.addAll(scenarios.tests());
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            lines.lines().forEach(output);
            return process.waitFor();
        } finally {
            process.destroy();
        }
    }

    /// What the plugin's own contract test takes, and the class path of this test. The plugin has
    /// libraries in it that this class path has in other versions.
    private static String classPath(String hypervisor) {
        StringBuilder path = new StringBuilder();
        for (String module :
                List.of("hypervisor-" + hypervisor, "bundles/vmm-support", "bundles/tck")) {
            for (String classes : List.of("classes", "test-classes")) {
                path.append(REPOSITORY.resolve(module).resolve("target").resolve(classes))
                        .append(':');
            }
        }
        return path + System.getProperty("java.class.path");
    }
}
