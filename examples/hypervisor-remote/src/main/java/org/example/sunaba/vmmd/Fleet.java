package org.example.sunaba.vmmd;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.example.sunaba.vmmd.Refusal.Kind;

/// All machines, and what can be asked of them.
final class Fleet {
    private final Path directory;
    private final String version;
    private final Map<String, Machine> machines = new ConcurrentHashMap<>();

    Fleet(Path directory) throws IOException {
        this.directory = directory;
        this.version = QemuCommand.version();
        try (Stream<Path> folders = Files.list(directory)) {
            for (Path folder : folders.toList()) {
                Machine machine = Machine.takeUp(folder);
                machines.put(machine.id(), machine);
            }
        }
    }

    List<String> call(List<String> request) throws Refusal, IOException, InterruptedException {
        String verb = request.getFirst();
        List<String> words = request.subList(1, request.size());
        return switch (verb) {
            case "HELLO" -> List.of(version, QemuCommand.acceleration());
            case "LIST" -> list();
            case "CREATE" -> {
                create(words);
                yield List.of();
            }
            case "DESTROY" -> {
                destroy(words.getFirst());
                yield List.of();
            }
            default -> find(words.getFirst()).call(verb, words.subList(1, words.size()));
        };
    }

    private Machine find(String id) throws Refusal {
        Machine machine = machines.get(id);
        if (machine == null) {
            throw new Refusal(Kind.NOT_FOUND, "there is no machine " + id);
        }
        return machine;
    }

    private List<String> list() {
        List<String> words = new ArrayList<>();
        for (Machine machine : machines.values()) {
            words.add(machine.id());
            words.add(machine.owner());
        }
        return words;
    }

    private void create(List<String> words) throws Refusal, IOException, InterruptedException {
        QemuCommand command = new QemuCommand(words);
        Machine machine = new Machine(directory.resolve(command.id()), command.owner());
        if (machines.putIfAbsent(machine.id(), machine) != null) {
            throw new Refusal(Kind.CONFLICT, "there is a machine " + machine.id());
        }
        try {
            machine.create(command);
        } catch (Refusal | IOException | RuntimeException e) {
            machines.remove(machine.id());
            throw e;
        }
    }

    private void destroy(String id) throws IOException {
        Machine machine = machines.get(id);
        if (machine != null) {
            machine.destroy();
            machines.remove(id, machine);
        }
    }
}
