package org.example.sunaba.vmmd;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.example.sunaba.vmmd.Refusal.Kind;

/// The disks that are plugged into a machine, each in a slot behind its bridge.
final class Disks {
    private static final int LAST_SLOT = 31;
    private static final int PATIENCE_SECONDS = 20;

    private final Machine machine;
    private final Map<String, Integer> slots = new ConcurrentHashMap<>();
    private final Map<String, CompletableFuture<Void>> going = new ConcurrentHashMap<>();

    Disks(Machine machine) {
        this.machine = machine;
    }

    private Path list() {
        return machine.folder().resolve("disks");
    }

    void takeUp() throws IOException {
        if (Files.exists(list())) {
            for (String line : Files.readAllLines(list())) {
                String[] words = line.split(" ", -1);
                slots.put(words[0], Integer.parseInt(words[1]));
            }
        }
    }

    private void keep() throws IOException {
        List<String> lines = new ArrayList<>();
        slots.forEach((id, slot) -> lines.add(id + " " + slot));
        Files.write(list(), lines);
    }

    /// @param words id, file, format, `ro` or `rw`, cache, serial number
    int plug(List<String> words) throws Refusal, IOException {
        String id = words.get(0);
        if (slots.containsKey(id)) {
            throw new Refusal(
                    Kind.CONFLICT, "machine %s has a disk %s".formatted(machine.id(), id));
        }
        int slot = 1;
        while (slots.containsValue(slot)) {
            slot++;
        }
        if (slot > LAST_SLOT) {
            throw new Refusal(
                    Kind.CONFLICT,
                    "no slot of machine %s is free for disk %s".formatted(machine.id(), id));
        }
        Path file = Path.of(words.get(1));
        try {
            machine.execute(blockdevAdd(words, file));
        } catch (IOException e) {
            throw refused(file, e);
        }
        try {
            machine.execute(
                    ("{\"execute\": \"device_add\", \"arguments\": {\"driver\":"
                                    + " \"virtio-blk-pci\", \"id\": \"disk-%s\", \"drive\":"
                                    + " \"disk-%s\", \"serial\": %s, \"bus\": \"bridge\","
                                    + " \"addr\": \"%x\", \"disable-legacy\": \"on\"}}")
                            .formatted(id, id, Qmp.quote(words.get(5)), slot));
        } catch (IOException e) {
            machine.execute(blockdevDel(id));
            throw refused(file, e);
        }
        slots.put(id, slot);
        keep();
        return slot;
    }

    private static Refusal refused(Path file, IOException e) {
        return new Refusal(
                e.getMessage().contains("lock") ? Kind.CONFLICT : Kind.UNAVAILABLE,
                "cannot plug %s: %s".formatted(file, e.getMessage()));
    }

    private static String blockdevAdd(List<String> words, Path file) {
        boolean readOnly = words.get(3).equals("ro");
        String cache =
                "{\"direct\": %s, \"no-flush\": %s}"
                        .formatted(words.get(4).equals("NONE"), words.get(4).equals("UNSAFE"));
        return ("{\"execute\": \"blockdev-add\", \"arguments\": {\"driver\": \"%s\","
                        + " \"node-name\": \"disk-%s\", \"read-only\": %s, \"cache\": %s,"
                        + " \"file\": {\"driver\": \"%s\", \"filename\": %s, \"read-only\": %s,"
                        + " \"cache\": %s}}}")
                .formatted(
                        words.get(2),
                        words.get(0),
                        readOnly,
                        cache,
                        Files.isRegularFile(file) ? "file" : "host_device",
                        Qmp.quote(file.toString()),
                        readOnly,
                        cache);
    }

    private static String blockdevDel(String id) {
        return ("{\"execute\": \"blockdev-del\", \"arguments\": {\"node-name\": \"disk-%s\"}}")
                .formatted(id);
    }

    void unplug(String id) throws Refusal, IOException {
        if (!slots.containsKey(id)) {
            return;
        }
        if (!machine.state().equals("RUNNING")) {
            throw new Refusal(
                    Kind.CONFLICT,
                    "machine %s is %s: only a running guest lets go of a disk"
                            .formatted(machine.id(), machine.state()));
        }
        CompletableFuture<Void> gone =
                going.computeIfAbsent("disk-" + id, _ -> new CompletableFuture<>());
        try {
            machine.execute(
                    "{\"execute\": \"device_del\", \"arguments\": {\"id\": \"disk-%s\"}}"
                            .formatted(id));
        } catch (IOException e) {
            // A former request, whose caller has given up, still stands in the guest.
            if (!e.getMessage().contains("in the process of unplug") && !gone.isDone()) {
                throw e;
            }
        }
        await(gone, id);
        machine.execute(blockdevDel(id));
        going.remove("disk-" + id);
        slots.remove(id);
        keep();
    }

    private void await(CompletableFuture<Void> gone, String id) throws Refusal {
        try {
            gone.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new Refusal(Kind.TIMED_OUT, "the guest does not let go of disk " + id);
        } catch (ExecutionException | InterruptedException e) {
            throw new Refusal(Kind.CONFLICT, "machine " + machine.id() + " is GONE");
        }
    }

    void deleted(String event) {
        going.forEach((device, gone) -> {
            if (event.contains("\"device\": \"" + device + "\"")) {
                gone.complete(null);
            }
        });
    }

    void gone() {
        going.values().forEach(gone -> gone.completeExceptionally(new IOException("it has ended")));
    }
}
