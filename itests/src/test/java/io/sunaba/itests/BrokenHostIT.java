package io.sunaba.itests;

import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.itests.Installation.Background;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A host or a guest that is broken costs one clear line, and leaves nothing.
class BrokenHostIT {
    private static final String QEMU = "io.sunaba.hypervisor.qemu";
    private static final String CLH = "io.sunaba.hypervisor.clh";
    private static final String CORE = "io.sunaba.core";

    private Installation sunaba;

    @BeforeEach
    void unpack() {
        sunaba = Installation.unpack();
    }

    @AfterEach
    void remove() {
        sunaba.close();
    }

    private void createFails(String... words) {
        sunaba.start();
        sunaba.exec("sandbox:create --memory 128M").expectOneLine(words);
        sunaba.assertNothingLeft();
    }

    /// A copy of the guest image whose kernel gets one more argument.
    private void guestWithArgument(String argument) throws IOException {
        Path image = Files.createDirectory(sunaba.home().resolve("guest-changed"));
        try (Stream<Path> files = Files.list(sunaba.home().resolve("guest"))) {
            for (Path file : files.toList()) {
                Files.copy(file, image.resolve(file.getFileName()));
            }
        }
        Path manifest = image.resolve("guest.properties");
        List<String> lines =
                Files.readAllLines(manifest).stream()
                        .map(line ->
                                line.startsWith("kernelArguments") ? line + " " + argument : line)
                        .toList();
        Files.write(manifest, lines);
        sunaba.configure(CORE, "guest.image", image.toString());
    }

    private Path script(String name, String text) throws IOException {
        Path script = sunaba.home().resolve(name);
        Files.writeString(script, "#!/bin/sh\n" + text + "\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        return script;
    }

    @Test
    void missingQemu() throws Exception {
        sunaba.configure(QEMU, "binary", "/nonesuch/qemu-system-x86_64");
        createFails("/nonesuch/qemu-system-x86_64");
    }

    @Test
    void qemuThatIsTooOld() throws Exception {
        Path old = script("old-qemu", "echo 'QEMU emulator version 4.2.1'");
        sunaba.configure(QEMU, "binary", old.toString());
        createFails("4.2.1", "7.2");
    }

    @Test
    void qemuThatDiesAtStartHasItsLastWords() throws Exception {
        Path dying =
                script(
                        "dying-qemu",
                        "case \"$*\" in *-version*) exec qemu-system-x86_64 --version;; esac\n"
                                + "echo 'qemu: the machine is on fire' >&2; exit 1");
        sunaba.configure(QEMU, "binary", dying.toString());
        createFails("the machine is on fire");
    }

    @Test
    void missingCloudHypervisor() throws Exception {
        sunaba.configure(CLH, "binary", "/nonesuch/cloud-hypervisor");
        sunaba.configure(CORE, "default.hypervisor", "clh");
        sunaba.start();
        assertThat(sunaba.exec("plugin:list").expectSuccess().text())
                .containsPattern("hypervisor +clh .* active");
        for (String choice : List.of("", "--hypervisor clh")) {
            sunaba.exec("sandbox:create --memory 128M " + choice)
                    .expectOneLine("/nonesuch/cloud-hypervisor", "Cloud Hypervisor 52.0 or newer");
        }
        sunaba.assertNothingLeft();
    }

    @Test
    void missingKernel() throws Exception {
        Files.delete(sunaba.home().resolve("guest/vmlinux"));
        createFails("guest/vmlinux");
    }

    @Test
    void guestThatNeverAnswers() throws Exception {
        // Its first process watches a file that never grows.
        guestWithArgument("rdinit=/bin/busybox -- tail -f /init");
        sunaba.configure(CORE, "boot.timeout", "8s");
        createFails("8");
    }

    @Test
    void guestThatPanics() throws Exception {
        guestWithArgument("rdinit=/nonesuch init=/nonesuch root=/dev/nonesuch");
        createFails("anic");
    }

    @Test
    void qemuKilledInTheMiddleOfCreate() throws Exception {
        sunaba.start();
        Background create = sunaba.execInBackground("sandbox:create --id half --memory 128M");
        // One look: a process that is becoming QEMU cannot be told for a moment.
        List<Long> machines = new ArrayList<>();
        Installation.await("machine", () -> machines.addAll(sunaba.machines()));
        ProcessHandle.of(machines.getFirst()).orElseThrow().destroyForcibly();
        assertThat(create.awaitEnd()).isNotZero();
        assertThat(create.output().strip()).doesNotContain("\n").contains("killed");
        sunaba.assertNothingLeft();
    }

    @Test
    void platformKilledInTheMiddleOfCreate() throws Exception {
        sunaba.start();
        Background create = sunaba.execInBackground("sandbox:create --id half --memory 128M");
        Installation.await("machine", () -> sunaba.machines().size() == 1);
        sunaba.killDaemon();
        assertThat(create.awaitEnd()).isNotZero();
        sunaba.start();
        Installation.await("orphan ended", () -> sunaba.machines().isEmpty());
        sunaba.assertNothingLeft();
    }

    @Test
    void dataDirectoryThatCannotBeMade() throws Exception {
        Path file = Files.createFile(sunaba.home().resolve("file"));
        sunaba.withData(file.resolve("data")).sunaba("start").expectOneLine("file/data");
    }

    @Test
    void secondDaemonOnTheSameData() throws Exception {
        sunaba.start();
        sunaba.sunaba("start").expectSuccess();
        sunaba.sunaba("run").expectOneLine(sunaba.data().toString());
        assertThat(sunaba.sunaba("status").status()).isZero();
    }

    @Test
    void longDataPath() throws Exception {
        Path data = sunaba.home().resolve("d".repeat(120)).resolve("e".repeat(120));
        Installation deep = sunaba.withData(data).start();
        try {
            assertThat(
                            deep.exec(
                                            "sandbox:run --memory 128M --rootfs "
                                                    + Installation.rootfs()
                                                    + " -- echo deep")
                                    .text())
                    .isEqualTo("deep\n");
            deep.assertNothingLeft();
        } finally {
            deep.sunaba("stop").expectSuccess();
        }
    }

    /// In namespaces of its own, for a file system of its own that is small.
    @Test
    void dataDirectoryThatIsFull() throws Exception {
        sunaba.inMountNamespace(
                        """
                        exec 3>"$(dirname "$0")/aside"
                        mkdir -p "$SUNABA_DATA"
                        mount -t tmpfs -o size=24m tmpfs "$SUNABA_DATA"
                        mount -t tmpfs tmpfs /run
                        sunaba=$(dirname "$0")/bin/sunaba
                        "$sunaba" start >&3
                        dd if=/dev/zero of="$SUNABA_DATA/ballast" 2>&3 || true
                        status=0
                        "$sunaba" exec 'sandbox:create --id full --memory 128M' || status=$?
                        rm "$SUNABA_DATA/ballast"
                        "$sunaba" exec 'sandbox:list | json' >&3
                        find -L "$SUNABA_DATA/run" -path '*/qemu/*' >&3
                        "$sunaba" exec 'sandbox:create --id full --memory 128M' >&3
                        "$sunaba" exec 'sandbox:delete full' >&3
                        "$sunaba" stop >&3
                        exit $status
                        """)
                .expectOneLine("No space left on device", sunaba.data().toString());
        assertThat(Files.readString(sunaba.home().resolve("aside")))
                .contains("[]")
                .doesNotContain("/qemu/");
    }

    /// Each step is refused or done, and done when it is repeated with room.
    @Test
    void diskThatIsFullWhileASandboxRuns() throws Exception {
        String script =
                """
                mkdir -p "$SUNABA_DATA"
                mount -t tmpfs -o size=48m tmpfs "$SUNABA_DATA"
                mount -t tmpfs tmpfs /run
                bin=$(dirname "$0")/bin/sunaba
                told=$(dirname "$0")/told
                sunaba() { "$bin" exec "$@" 2>&1; }
                must() { sunaba "$@" >"$told" || { cat "$told"; exit 1; }; }
                sleeper="--rootfs ROOTFS -- sleep 100000"
                fill() { dd if=/dev/zero of="$SUNABA_DATA/ballast" 2>/dev/null || true; }
                "$bin" start >/dev/null
                trap 'sunaba "sandbox:delete --force live" >"$told" || true; "$bin" stop >"$told" || true' EXIT
                must "sandbox:create --id live --memory 128M; container:create live a $sleeper"
                must "sandbox:start live; container:create live b $sleeper"
                fill
                for line in "container:create live c $sleeper" 'container:start live b' \
                        'container:pause live a' 'container:delete live b'; do
                    if sunaba "$line" >"$told"; then echo "not refused: $line"; fi
                    grep -o 'No space left on device' "$told"
                done
                rm "$SUNABA_DATA/ballast"
                must "container:create live c $sleeper"
                must 'container:start live b; container:pause live a; container:resume live a'
                must "container:stop --force live b; container:delete live b"
                sunaba 'container:exec live a -- echo a runs'
                fill
                sunaba 'sandbox:delete --force live' >"$told" || echo 'delete refused'
                rm "$SUNABA_DATA/ballast"
                "$bin" stop >/dev/null
                "$bin" start >/dev/null
                sunaba 'sandbox:delete --force live' >/dev/null || true
                sunaba 'sandbox:list | json'
                find -L "$SUNABA_DATA/run" -path '*/qemu/*'
                sunaba "sandbox:create --id live --memory 128M; sandbox:delete live"
                "$bin" stop >/dev/null
                """
                        .replace("ROOTFS", Installation.rootfs().toString());
        String text = sunaba.inMountNamespace(script).expectSuccess().text();
        assertThat(text.lines().filter("No space left on device"::equals)).hasSize(4);
        assertThat(text).contains("a runs", "[]").doesNotContain("not refused", "/qemu/");
    }
}
