package io.sunaba.launcher.doctor;

import static java.util.Objects.requireNonNull;

import io.sunaba.launcher.Daemon;
import io.sunaba.launcher.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The program behind `sunaba doctor`: looks, prints, and ends with 1 if there is an error.
public final class Doctor {
    private Doctor() {}

    /// The system properties `sunaba.home` and `sunaba.data` say where the platform is at home.
    /// With the argument `--json`, findings are printed for programs.
    public static void main(String[] arguments) throws InterruptedException {
        List<String> words = Arrays.asList(arguments);
        if (!words.isEmpty() && !words.equals(List.of("--json"))) {
            System.err.println(
                    "sunaba: doctor takes no argument but --json: " + String.join(" ", words));
            Runtime.getRuntime().exit(2);
        }
        Path home = Path.of(requireNonNull(System.getProperty("sunaba.home"), "sunaba.home"));
        Path data = Path.of(requireNonNull(System.getProperty("sunaba.data"), "sunaba.data"));
        List<Finding> findings = findings(home, data);
        System.out.println(words.isEmpty() ? Report.text(findings) : Report.json(findings));
        boolean failed = findings.stream().anyMatch(it -> it.verdict() == Finding.Verdict.ERROR);
        Runtime.getRuntime().exit(failed ? 1 : 0);
    }

    private static List<Finding> findings(Path home, Path data) throws InterruptedException {
        boolean runs = new Daemon(data).runs();
        Host host =
                new Host(
                        home,
                        data,
                        run(data),
                        Path.of("/"),
                        Host.programs(System.getenv().getOrDefault("PATH", "")));
        Etc etc = Etc.read(host);
        List<Finding> findings = new ArrayList<>();
        findings.add(
                Finding.ok("java", Runtime.version() + ", " + System.getProperty("java.home")));
        findings.addAll(new Programs(host, etc).findings());
        findings.add(Guest.look(host, etc));
        findings.addAll(new Directories(host, runs).findings());
        findings.addAll(etc.findings());
        findings.addAll(new Ports(etc, runs).findings());
        findings.addAll(platform(host, runs));
        return findings;
    }

    /// Asks the platform itself, if it runs.
    private static List<Finding> platform(Host host, boolean runs) throws InterruptedException {
        if (!runs) {
            return List.of(Finding.ok("platform", "it does not run; bin/sunaba start starts it"));
        }
        String log = host.data().resolve("log/sunaba.log").toString();
        String printed =
                host.output(host.home().resolve("bin/sunaba").toString(), "exec", "plugin:list");
        if (printed == null) {
            return List.of(
                    Finding.error(
                            "platform",
                            "it runs and does not answer",
                            "look into " + log + "; bin/sunaba stop and start, sandboxes go on"));
        }
        List<Finding> findings = new ArrayList<>();
        printed.lines()
                .skip(1)
                .map(String::strip)
                // Files in error are told already.
                .filter(line -> !line.endsWith(" active") && !line.startsWith("configuration "))
                .map(line -> Finding.warning("plugin", line, "look into " + log))
                .forEach(findings::add);
        findings.addFirst(Finding.ok("platform", "it runs and answers"));
        return findings;
    }

    private static Path run(Path data) {
        try {
            Path link = data.resolve("run");
            return Files.isSymbolicLink(link)
                    ? Files.readSymbolicLink(link)
                    : RunDirectory.of(Files.exists(data) ? data.toRealPath() : data);
        } catch (IOException _) {
            return data.resolve("run");
        }
    }
}
