package io.sunaba.launcher.doctor;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sunaba.launcher.doctor.Finding.Verdict;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorTest {
    private static final String ELEVEN = "echo 'QEMU emulator version 11.0.1 (Debian)'";

    @TempDir Path folder;
    private Host host = new Host(Path.of("/"), Path.of("/"), Path.of("/"), Path.of("/"), List.of());

    @BeforeEach
    void set() throws IOException {
        for (String part :
                List.of(
                        "home/etc",
                        "home/system",
                        "home/guest",
                        "data",
                        "run",
                        "root/dev",
                        "bin")) {
            Files.createDirectories(folder.resolve(part));
        }
        Files.setPosixFilePermissions(
                folder.resolve("data"), PosixFilePermissions.fromString("rwx------"));
        host =
                new Host(
                        folder.resolve("home"),
                        folder.resolve("data"),
                        folder.resolve("run"),
                        folder.resolve("root"),
                        List.of(folder.resolve("bin")));
    }

    private void program(String name, String script) throws IOException {
        Path file = folder.resolve("bin").resolve(name);
        Files.writeString(file, "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }

    private void etc(String pid, String... lines) throws IOException {
        Files.write(folder.resolve("home/etc/" + pid + ".cfg"), List.of(lines));
    }

    private Finding programs(String subject) throws InterruptedException {
        return find(new Programs(host, Etc.read(host)).findings(), subject);
    }

    private static Finding find(List<Finding> findings, String subject) {
        return findings.stream()
                .filter(finding -> finding.subject().equals(subject))
                .findFirst()
                .orElseThrow();
    }

    private static void assertFound(Finding finding, Verdict verdict, String detail) {
        assertThat(finding.verdict()).as(finding.toString()).isEqualTo(verdict);
        assertThat(finding.detail()).contains(detail);
        assertThat(finding.remedy() == null).as("a remedy").isEqualTo(verdict == Verdict.OK);
    }

    @Test
    void qemu() throws Exception {
        assertFound(programs("qemu"), Verdict.ERROR, "there is no program qemu-system-x86_64");
        program("qemu-system-x86_64", "echo 'QEMU emulator version 7.1.0'");
        assertFound(programs("qemu"), Verdict.ERROR, "is QEMU 7.1");
        program("qemu-system-x86_64", "exit 1");
        assertFound(programs("qemu"), Verdict.ERROR, "does not tell its version");
        program("qemu-system-x86_64", ELEVEN);
        assertFound(programs("qemu"), Verdict.OK, "11.0");
        etc("io.sunaba.hypervisor.qemu", "binary = /nonesuch/qemu");
        assertFound(programs("qemu"), Verdict.ERROR, "/nonesuch/qemu");
    }

    @Test
    void kvm() throws Exception {
        assertFound(
                programs("kvm"), Verdict.WARNING, "there is no " + folder.resolve("root/dev/kvm"));
        etc("io.sunaba.hypervisor.qemu", "accel = kvm");
        assertFound(programs("kvm"), Verdict.ERROR, "accel is kvm");
        Files.createFile(folder.resolve("root/dev/kvm"));
        assertFound(programs("kvm"), Verdict.ERROR, "neither vmx nor svm");
        Files.createDirectory(folder.resolve("root/proc"));
        Files.writeString(
                folder.resolve("root/proc/cpuinfo"), "processor : 0\nflags : fpu vmx sse\n");
        assertFound(programs("kvm"), Verdict.OK, "can be opened");
        etc("io.sunaba.hypervisor.qemu", "accel = tcg");
        assertFound(programs("kvm"), Verdict.OK, "tcg");
    }

    @Test
    void otherPrograms() throws Exception {
        assertFound(programs("mkfs.erofs"), Verdict.ERROR, "no such program");
        assertFound(programs("setsid"), Verdict.ERROR, "no such program");
        assertFound(programs("nsenter"), Verdict.WARNING, "network namespaces");
        program("mkfs.erofs", "");
        assertFound(programs("mkfs.erofs"), Verdict.OK, "bin/mkfs.erofs");
    }

    @Test
    void guestImage() throws Exception {
        Etc etc = Etc.read(host);
        assertFound(Guest.look(host, etc), Verdict.ERROR, "guest.properties is missing");
        Files.write(
                folder.resolve("home/guest/guest.properties"),
                List.of("kernel.size=3", "initrd.size=0", "root.size=0"));
        assertFound(Guest.look(host, etc), Verdict.ERROR, "guest/kernel is missing");
        for (String part : List.of("kernel", "initrd", "root")) {
            Files.createFile(folder.resolve("home/guest").resolve(part));
        }
        assertFound(Guest.look(host, etc), Verdict.ERROR, "kernel has 0 bytes, and should have 3");
        Files.writeString(folder.resolve("home/guest/kernel"), "abc");
        assertFound(Guest.look(host, etc), Verdict.OK, "home/guest");
    }

    @Test
    void directories() throws Exception {
        assertFound(find(new Directories(host, false).findings(), "data"), Verdict.OK, "alone");
        assertFound(
                find(new Directories(host, false).findings(), "sockets"),
                Verdict.OK,
                "none is left");
        Files.setPosixFilePermissions(
                folder.resolve("data"), PosixFilePermissions.fromString("rwxr-x---"));
        assertFound(
                find(new Directories(host, false).findings(), "data"),
                Verdict.WARNING,
                "rwxr-x---");
        assertFound(
                find(new Directories(host, true).findings(), "sockets"), Verdict.ERROR, "is gone");
        Files.createFile(folder.resolve("run/control.sock"));
        assertFound(
                find(new Directories(host, false).findings(), "sockets"),
                Verdict.WARNING,
                "was left");
        Files.delete(folder.resolve("data"));
        assertFound(
                find(new Directories(host, false).findings(), "data"), Verdict.OK, "will be made");
        Files.createFile(folder.resolve("data"));
        assertFound(
                find(new Directories(host, false).findings(), "data"),
                Verdict.ERROR,
                "is no directory");
    }

    @Test
    void configurationFilesAreCheckedAgainstBundles() throws Exception {
        try (JarOutputStream jar =
                new JarOutputStream(Files.newOutputStream(folder.resolve("home/system/x.jar")))) {
            jar.putNextEntry(new JarEntry("OSGI-INF/metatype/x.xml"));
            jar.write(
                    """
                    <m:MetaData xmlns:m="http://www.osgi.org/xmlns/metatype/v1.3.0">
                    <OCD id="x"><AD id="size" type="Integer" default="1"/></OCD>
                    <Designate pid="x"><Object ocdref="x"/></Designate></m:MetaData>
                    """
                            .getBytes(UTF_8));
        }
        etc("x", "size = 7");
        assertFound(find(Etc.read(host).findings(), "configuration"), Verdict.OK, "1 files");
        etc("x", "sise = 7");
        assertFound(
                find(Etc.read(host).findings(), "configuration"),
                Verdict.ERROR,
                "x.cfg: sise is no property; there are size");
        etc("x");
        etc("y", "a = b");
        assertFound(
                find(Etc.read(host).findings(), "configuration"),
                Verdict.WARNING,
                "no bundle says what y is");
    }

    @Test
    void ports() throws Exception {
        assertThat(new Ports(Etc.read(host), false).findings()).isEmpty();
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            etc("io.sunaba.metrics", "enabled = true", "port = " + taken.getLocalPort());
            assertFound(
                    find(new Ports(Etc.read(host), false).findings(), "metrics"),
                    Verdict.ERROR,
                    "cannot be had");
            assertFound(
                    find(new Ports(Etc.read(host), true).findings(), "metrics"),
                    Verdict.OK,
                    "answers");
        }
        assertFound(
                find(new Ports(Etc.read(host), false).findings(), "metrics"),
                Verdict.OK,
                "is free");
        assertFound(
                find(new Ports(Etc.read(host), true).findings(), "metrics"),
                Verdict.ERROR,
                "does not answer");
    }

    @Test
    void reports() {
        List<Finding> findings =
                List.of(
                        Finding.ok("java", "25"),
                        Finding.error("qemu", "no \"qemu\"", "install it"));

        assertThat(Report.text(findings))
                .isEqualTo(
                        """
                        ok       java           25
                        error    qemu           no "qemu"
                                                -> install it
                        1 error, 0 warnings\
                        """);
        assertThat(Report.json(findings))
                .isEqualTo(
                        """
                        [{"verdict": "ok", "subject": "java", "detail": "25", "remedy": null},
                         {"verdict": "error", "subject": "qemu", "detail": "no \\"qemu\\"", "remedy": "install it"}]\
                        """);
        assertThat(Report.text(List.of(Finding.ok("java", "25")))).endsWith("all is well");
    }
}
