package io.sunaba.launcher.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The programs that the platform calls, and how guest code runs.
final class Programs {
    private static final String QEMU_PID = "io.sunaba.hypervisor.qemu";
    private static final Pattern VERSION = Pattern.compile("version (\\d+)\\.(\\d+)");

    private static final Pattern FLAG = Pattern.compile("(?m)^flags\\b.*\\b(vmx|svm)\\b");

    private final Host host;
    private final Etc etc;

    Programs(Host host, Etc etc) {
        this.host = host;
        this.etc = etc;
    }

    List<Finding> findings() throws InterruptedException {
        List<Finding> findings = new ArrayList<>();
        findings.add(qemu());
        findings.add(kvm());
        findings.add(needed("mkfs.erofs", "erofs-utils"));
        findings.add(needed("setsid", "util-linux"));
        findings.add(virtiofsd());
        for (String program : List.of("ip", "tc")) {
            findings.add(
                    useful(
                            program,
                            "iproute2",
                            "tap devices and network namespaces for sandboxes"));
        }
        findings.add(useful("nsenter", "util-linux", "network namespaces for sandboxes"));
        findings.add(useful("unshare", "util-linux", "shared directories that are read-only"));
        return findings;
    }

    private Finding qemu() throws InterruptedException {
        String name = etc.value(QEMU_PID, "binary", "qemu-system-x86_64");
        Path program = host.program(name);
        if (program == null) {
            return Finding.error(
                    "qemu",
                    "there is no program " + name,
                    "install QEMU 7.2 or newer (Debian: apt install qemu-system-x86), or set binary in etc/"
                            + QEMU_PID
                            + ".cfg");
        }
        String printed = host.output(program.toString(), "--version");
        Matcher version = VERSION.matcher(printed == null ? "" : printed);
        if (!version.find()) {
            return Finding.error(
                    "qemu",
                    program + " --version does not tell its version",
                    "install QEMU 7.2 or newer");
        }
        int major = Integer.parseInt(version.group(1));
        int minor = Integer.parseInt(version.group(2));
        return major > 7 || (major == 7 && minor >= 2)
                ? Finding.ok("qemu", "%d.%d, %s".formatted(major, minor, program))
                : Finding.error(
                        "qemu",
                        "%s is QEMU %d.%d".formatted(program, major, minor),
                        "install QEMU 7.2 or newer");
    }

    private Finding kvm() {
        String accel = etc.value(QEMU_PID, "accel", "auto");
        if (accel.equals("tcg")) {
            return Finding.ok("kvm", "not asked for: accel = tcg, so that a boot takes seconds");
        }
        Path device = host.root().resolve("dev/kvm");
        String detail;
        String remedy;
        if (!Files.exists(device)) {
            detail = "there is no " + device;
            remedy =
                    "turn virtualization on in the firmware, or for a virtual machine in its host, and load kvm_intel or"
                            + " kvm_amd";
        } else if (!Files.isReadable(device) || !Files.isWritable(device)) {
            detail = "this user may not open " + device;
            remedy = "usermod -aG kvm " + System.getProperty("user.name") + ", and log in again";
        } else if (!virtualizes()) {
            // QEMU's own choice is the same: without these, guests abort or spin for ever.
            detail = device + " is there, and the processor has neither vmx nor svm";
            remedy = "turn nested virtualization on in the host of this virtual machine";
        } else {
            return Finding.ok("kvm", device + " can be opened");
        }
        return accel.equals("kvm")
                ? Finding.error("kvm", detail + ", and accel is kvm", remedy)
                : Finding.warning("kvm", detail + ": a boot takes seconds", remedy);
    }

    private boolean virtualizes() {
        try {
            return FLAG.matcher(Files.readString(host.root().resolve("proc/cpuinfo"))).find();
        } catch (IOException _) {
            return false;
        }
    }

    private Finding virtiofsd() {
        String set = etc.value(QEMU_PID, "virtiofsd", "");
        List<String> places =
                set.isEmpty()
                        ? List.of(
                                "virtiofsd",
                                host.root() + "usr/libexec/virtiofsd",
                                host.root() + "usr/lib/qemu/virtiofsd")
                        : List.of(set);
        for (String place : places) {
            Path program = host.program(place);
            if (program != null) {
                return Finding.ok("virtiofsd", program.toString());
            }
        }
        return Finding.warning(
                "virtiofsd",
                "it is not there: no directories can be shared with sandboxes",
                "Debian: apt install virtiofsd, or qemu-system-common before QEMU 8");
    }

    private Finding needed(String program, String debianPackage) {
        @Nullable Path found = host.program(program);
        return found == null
                ? Finding.error(
                        program, "there is no such program", "Debian: apt install " + debianPackage)
                : Finding.ok(program, found.toString());
    }

    private Finding useful(String program, String debianPackage, String purpose) {
        @Nullable Path found = host.program(program);
        return found == null
                ? Finding.warning(
                        program,
                        "there is no such program: no " + purpose,
                        "Debian: apt install " + debianPackage)
                : Finding.ok(program, found.toString());
    }
}
