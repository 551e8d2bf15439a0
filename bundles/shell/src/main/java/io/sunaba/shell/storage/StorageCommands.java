package io.sunaba.shell.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.sunaba.error.NotFoundException;
import io.sunaba.shell.command.Call;
import io.sunaba.shell.command.Command;
import io.sunaba.shell.command.Syntax;
import io.sunaba.storage.MetadataStorage;
import io.sunaba.storage.StorageRepair;
import io.sunaba.storage.StorageStatus;
import io.sunaba.storage.Storages;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/// The commands `storage:*`.
public final class StorageCommands {
    private final BundleContext context;
    private final Supplier<Storages> storages;

    /// @param storages gives the API, or fails if it is not there just now
    public StorageCommands(BundleContext context, Supplier<Storages> storages) {
        this.context = requireNonNull(context, "context is null");
        this.storages = requireNonNull(storages, "storages is null");
    }

    public List<Command> list() {
        return List.of(
                new Command(
                        syntax("list", "List the storage plugins, and which holds the records"),
                        _ -> storages.get().storages()),
                new Command(
                        syntax(
                                "use",
                                "Move all records to another storage, and use it from now on;"
                                        + " sandboxes go on",
                                "STORAGE"),
                        this::use),
                new Command(
                        syntax("show", "List the keys of the records, or print one", "[KEY]"),
                        this::show),
                new Command(
                        syntax("export", "Write all records to a new file, as JSON", "FILE"),
                        this::export),
                new Command(
                        syntax(
                                "import",
                                "Take up the sandboxes of a file that storage:export wrote",
                                "FILE"),
                        this::importFrom),
                new Command(
                        syntax(
                                "repair",
                                "Rebuild a damaged store from what is whole in it; a copy of it is"
                                        + " kept",
                                "STORAGE"),
                        this::repair));
    }

    private List<StorageStatus> use(Call call) throws InterruptedException {
        storages.get().use(call.arguments().operand(0));
        return storages.get().storages();
    }

    private Object show(Call call) throws InterruptedException {
        Optional<String> key = call.arguments().findOperand(0);
        if (key.isPresent()) {
            return new String(storages.get().load(key.get()), UTF_8);
        }
        return storages.get().keys();
    }

    private String export(Call call) throws InterruptedException {
        String file = call.arguments().operand(0);
        return "%d records written to %s"
                .formatted(storages.get().exportTo(call.path(file)), call.path(file));
    }

    private List<String> importFrom(Call call) throws InterruptedException {
        return storages.get().importFrom(call.path(call.arguments().operand(0)));
    }

    private String repair(Call call) {
        String name = call.arguments().operand(0);
        ServiceReference<StorageRepair> reference =
                references().stream()
                        .filter(found -> name.equals(found.getProperty(MetadataStorage.NAME)))
                        .findFirst()
                        .orElseThrow(() ->
                                new NotFoundException(
                                        "there is no storage '%s' that can be repaired"
                                                .formatted(name)));
        StorageRepair repair = context.getService(reference);
        if (repair == null) {
            throw new NotFoundException("the storage '%s' has just gone".formatted(name));
        }
        try {
            return repair.repair();
        } finally {
            context.ungetService(reference);
        }
    }

    private List<ServiceReference<StorageRepair>> references() {
        try {
            return List.copyOf(context.getServiceReferences(StorageRepair.class, null));
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException("there is no filter", e);
        }
    }

    private static Syntax syntax(String name, String summary, String... operands) {
        return new Syntax("storage", name, summary, operands);
    }
}
