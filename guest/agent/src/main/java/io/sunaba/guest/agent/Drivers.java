package io.sunaba.guest.agent;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/// Loads kernel modules: for devices that are there, for those that come, and by name.
final class Drivers {
    private static final String MODPROBE = "/sbin/modprobe";

    private final SystemCalls calls;
    private final Reaper reaper;
    private final int console = 2;

    Drivers(SystemCalls calls, Reaper reaper) {
        this.calls = calls;
        this.reaper = reaper;
    }

    /// Loads the modules for all devices without a driver, and some by name. Modules that are not
    /// there are no error: most devices have none.
    void loadPresent(String... names) throws IOException {
        List<String> wanted = new ArrayList<>(List.of(names));
        for (String bus : List.of("virtio", "pci")) {
            Path devices = Path.of("/sys/bus", bus, "devices");
            if (!Files.isDirectory(devices)) {
                continue;
            }
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(devices)) {
                for (Path device : entries) {
                    if (!Files.exists(device.resolve("driver"))) {
                        wanted.add(Files.readString(device.resolve("modalias")).strip());
                    }
                }
            }
        }
        modprobe(wanted).join();
    }

    /// Loads what a device that came needs.
    void load(Uevents.Event event) {
        if (event.action().equals("add") && !event.modalias().isEmpty()) {
            try {
                var _ = modprobe(List.of(event.modalias()));
            } catch (IOException e) {
                Log.warn("loading a driver for " + event.device(), e);
            }
        }
    }

    /// Loads a module with parameters. It must be there.
    void load(String name, List<String> parameters) throws IOException {
        List<String> command = new ArrayList<>(List.of(MODPROBE, name));
        command.addAll(parameters);
        int code = start(command).join();
        if (code != 0) {
            throw Failures.invalid("kernel module " + name + " cannot be loaded");
        }
    }

    private CompletableFuture<Integer> modprobe(List<String> modules) throws IOException {
        List<String> command = new ArrayList<>(List.of(MODPROBE, "-q", "-a"));
        command.addAll(modules);
        return start(command);
    }

    private CompletableFuture<Integer> start(List<String> command) throws IOException {
        return reaper.start(() -> calls.spawn(command, Map.of(), console, console, console));
    }
}
