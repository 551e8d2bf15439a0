package io.sunaba.shell.cache;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.NotFoundException;
import io.sunaba.factory.VmPools;
import io.sunaba.shell.command.Call;
import io.sunaba.shell.command.Command;
import io.sunaba.shell.command.Syntax;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/// The commands `cache:*`: the pools of all VM factories that have some.
public final class CacheCommands {
    private final Supplier<Map<String, VmPools>> factories;

    /// @param factories gives the factories that are there just now, by name
    public CacheCommands(Supplier<Map<String, VmPools>> factories) {
        this.factories = requireNonNull(factories, "factories is null");
    }

    public List<Command> list() {
        return List.of(
                new Command(
                        syntax(
                                "status",
                                "List the pools of machines that wait to be handed out, and why one"
                                        + " cannot be filled"),
                        _ -> pools()),
                new Command(
                        syntax(
                                "drain",
                                "End the machines that wait in pools, in all by default; those that"
                                        + " were handed out go on",
                                "[POOL...]"),
                        this::drain),
                new Command(
                        syntax(
                                "resize",
                                "Change how many machines a pool keeps, until the configuration is"
                                        + " changed",
                                "POOL",
                                "SIZE"),
                        this::resize));
    }

    /// Returns the pools that there are.
    public List<PoolStatus> pools() {
        return new TreeMap<>(factories.get())
                .entrySet().stream()
                        .flatMap(factory ->
                                factory.getValue().list().stream()
                                        .map(pool -> PoolStatus.of(factory.getKey(), pool)))
                        .toList();
    }

    private List<PoolStatus> drain(Call call) throws InterruptedException {
        List<String> ids = call.arguments().operands();
        for (String id : ids.isEmpty() ? pools().stream().map(PoolStatus::id).toList() : ids) {
            owner(id).drain(id);
        }
        return pools();
    }

    private List<PoolStatus> resize(Call call) throws InterruptedException {
        String id = call.arguments().operand(0);
        owner(id).resize(id, call.arguments().number(1));
        return pools();
    }

    private VmPools owner(String poolId) {
        return factories.get().values().stream()
                .filter(pools -> pools.list().stream().anyMatch(pool -> pool.id().equals(poolId)))
                .findFirst()
                .orElseThrow(
                        () -> new NotFoundException("there is no pool '%s'".formatted(poolId)));
    }

    private static Syntax syntax(String name, String summary, String... operands) {
        return new Syntax("cache", name, summary, operands);
    }
}
