package org.example.sunaba.vmmd;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// The command that starts a machine's process.
///
/// @param words id, owner, kernel, initial RAM disk, root disk, kernel's arguments, processors,
///   bytes of memory
record QemuCommand(List<String> words) {
    private static final String PROGRAM = "qemu-system-x86_64";

    String id() {
        return words.get(0);
    }

    String owner() {
        return words.get(1);
    }

    /// @param folder where its sockets will be
    List<String> arguments(Path folder) {
        List<String> line = new ArrayList<>(List.of("setsid", PROGRAM, "-name", "guest=" + id()));
        add(line, "-S -no-reboot -nodefaults -no-user-config -display none -machine q35");
        add(line, acceleration().equals("kvm") ? "-accel kvm -cpu host" : "-accel tcg -cpu max");
        line.addAll(List.of("-smp", words.get(6), "-m", words.get(7) + "B"));
        line.addAll(List.of("-kernel", words.get(2), "-initrd", words.get(3)));
        line.addAll(List.of("-append", words.get(5) + " console=ttyS0 reboot=k panic=-1"));
        add(line, "-chardev ringbuf,id=console,size=65536 -serial chardev:console");
        socket(line, "qmp", folder);
        add(line, "-mon chardev=qmp,mode=control");
        socket(line, "agent", folder);
        add(line, "-device virtio-serial-pci,id=serial,bus=pcie.0,addr=3,disable-legacy=on");
        add(line, "-device virtserialport,bus=serial.0,chardev=agent,name=agent.channel.0");
        line.addAll(
                List.of(
                        "-drive",
                        "id=root,if=none,format=raw,readonly=on,file="
                                + words.get(4).replace(",", ",,")));
        add(line, "-device virtio-blk-pci,drive=root,bus=pcie.0,addr=2,disable-legacy=on");
        add(line, "-device pvpanic-pci,bus=pcie.0,addr=4");
        add(line, "-device pci-bridge,id=bridge,bus=pcie.0,addr=8,chassis_nr=1");
        return line;
    }

    private static void socket(List<String> line, String name, Path folder) {
        line.addAll(
                List.of(
                        "-chardev",
                        "socket,id=%s,server=on,wait=off,path=%s"
                                .formatted(
                                        name, folder.resolve(name).toString().replace(",", ",,"))));
    }

    private static void add(List<String> line, String words) {
        line.addAll(List.of(words.split(" ", -1)));
    }

    /// A device is not enough: the processor must have what it takes.
    static String acceleration() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return Files.isWritable(Path.of("/dev/kvm"))
                            && lines.anyMatch(line -> line.matches("flags.* (vmx|svm) .*"))
                    ? "kvm"
                    : "tcg";
        } catch (IOException _) {
            return "tcg";
        }
    }

    static String version() throws IOException {
        Process process = new ProcessBuilder(PROGRAM, "--version").start();
        String text = new String(process.getInputStream().readAllBytes());
        return text.lines()
                .findFirst()
                .orElse("")
                .replaceFirst("QEMU emulator version ([0-9.]+).*", "QEMU $1");
    }
}
