package io.sunaba.shell.plugin;

import static java.util.Objects.requireNonNull;

import io.sunaba.error.NotFoundException;
import io.sunaba.error.RejectedException;
import io.sunaba.error.UnavailableException;
import io.sunaba.shell.command.Call;
import io.sunaba.shell.command.Command;
import io.sunaba.shell.command.Syntax;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.wiring.FrameworkWiring;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The command `plugin:swap`: updates a bundle while the platform runs. One that does not come up
/// is replaced by the one before.
public final class SwapBundle {
    private static final Logger LOG = LoggerFactory.getLogger(SwapBundle.class);

    /// How long a bundle may take to offer what it offered before.
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final BundleContext context;
    private final Plugins plugins;
    private final ReentrantLock oneAtATime = new ReentrantLock();

    private SwapBundle(BundleContext context, Plugins plugins) {
        this.context = requireNonNull(context, "context is null");
        this.plugins = requireNonNull(plugins, "plugins is null");
    }

    /// @param framework the context of the framework itself: the shell's is of no use once it is
    ///   replaced
    public static Command command(BundleContext framework, ServiceComponentRuntime components) {
        return new Command(
                new Syntax(
                        "plugin",
                        "swap",
                        "Update a bundle from a jar while sandboxes and commands go on; if it does not"
                                + " start, the one before comes back",
                        "BUNDLE",
                        "FILE|URL"),
                new SwapBundle(framework, new Plugins(framework, components))::swap);
    }

    private String swap(Call call) throws InterruptedException {
        Bundle bundle = find(call.arguments().operand(0));
        String source = call.arguments().operand(1);
        oneAtATime.lockInterruptibly();
        try (BundleFile next = BundleFile.fetch(source, call.path(source))) {
            if (!next.symbolicName().equals(bundle.getSymbolicName())) {
                throw new RejectedException(
                        "%s is the bundle %s, not %s"
                                .formatted(source, next.symbolicName(), bundle.getSymbolicName()));
            }
            if (bundle.getState() != Bundle.ACTIVE) {
                throw new RejectedException(
                        "the bundle %s is not active".formatted(bundle.getSymbolicName()));
            }
            new Trial(context).run(next);
            try (BundleFile before = BundleFile.of(bundle)) {
                if (bundle.equals(FrameworkUtil.getBundle(SwapBundle.class))) {
                    call.console().outlive();
                    loadAll(bundle);
                }
                return swap(bundle, before, next);
            }
        } finally {
            oneAtATime.unlock();
        }
    }

    private Bundle find(String name) {
        return Arrays.stream(context.getBundles())
                .filter(bundle ->
                        name.equals(bundle.getSymbolicName())
                                || name.equals(Long.toString(bundle.getBundleId())))
                .max(
                        Comparator.<Bundle>comparingInt(
                                        bundle -> bundle.getState() == Bundle.ACTIVE ? 1 : 0)
                                .thenComparing(Bundle::getVersion))
                .orElseThrow(() ->
                        new NotFoundException(
                                "there is no bundle '%s'; plugin:list shows those of plugins"
                                        .formatted(name)));
    }

    /// Once a bundle is updated, no class comes from its old jar any more; this one does the
    /// update.
    private static void loadAll(Bundle bundle) {
        bundle.findEntries("/", "*.class", true)
                .asIterator()
                .forEachRemaining(entry -> load(bundle, entry.getPath()));
    }

    private static void load(Bundle bundle, String path) {
        try {
            var _ = bundle.loadClass(path.substring(1, path.length() - 6).replace('/', '.'));
        } catch (ClassNotFoundException | LinkageError e) {
            LOG.debug("{} is not loaded", path, e);
        }
    }

    private String swap(Bundle bundle, BundleFile before, BundleFile next)
            throws InterruptedException {
        Set<Offer> offers = Offer.of(bundle, context);
        long begun = System.nanoTime();
        String problem = update(bundle, next, offers);
        if (problem == null) {
            long millis = (System.nanoTime() - begun) / 1_000_000;
            LOG.info(
                    "Bundle {} is version {} now and was {}, away for {} ms",
                    bundle.getSymbolicName(),
                    next.version(),
                    before.version(),
                    millis);
            return "%s %s -> %s, away for %d ms"
                    .formatted(bundle.getSymbolicName(), before.version(), next.version(), millis);
        }
        String again = update(bundle, before, offers);
        String outcome =
                again == null
                        ? "version %s is back".formatted(before.version())
                        : "version %s does not come back: %s".formatted(before.version(), again);
        throw new UnavailableException(
                "%s %s does not start: %s; %s"
                        .formatted(bundle.getSymbolicName(), next.version(), problem, outcome));
    }

    /// Updates a bundle and waits for what it offered before. Returns what is wrong, or null.
    private @Nullable String update(Bundle bundle, BundleFile file, Set<Offer> offers)
            throws InterruptedException {
        try {
            bundle.update(file.open());
            refresh(bundle);
            if (bundle.getState() != Bundle.ACTIVE) {
                bundle.start();
            }
        } catch (BundleException e) {
            return rootMessage(e);
        }
        long until = System.nanoTime() + PATIENCE.toNanos();
        Set<Offer> missing = new HashSet<>(offers);
        while (true) {
            missing.removeAll(Offer.of(bundle, context));
            if (missing.isEmpty()) {
                return null;
            }
            String failed = failed(bundle);
            if (failed != null) {
                return failed;
            }
            if (System.nanoTime() > until) {
                return "it does not offer "
                        + missing.stream().map(Offer::toString).collect(Collectors.joining(", "));
            }
            LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    /// Has those who use its packages use the new ones.
    private void refresh(Bundle bundle) throws InterruptedException {
        FrameworkWiring wiring =
                requireNonNull(
                        context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION)
                                .adapt(FrameworkWiring.class));
        if (wiring.getRemovalPendingBundles().contains(bundle)) {
            CountDownLatch done = new CountDownLatch(1);
            wiring.refreshBundles(List.of(bundle), _ -> done.countDown());
            var _ = done.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private @Nullable String failed(Bundle bundle) {
        return plugins.list().stream()
                .filter(plugin -> plugin.bundle().equals(bundle.getSymbolicName()))
                .map(PluginStatus::state)
                .filter(state -> state.contains(" failed: "))
                .findFirst()
                .orElse(null);
    }

    private static String rootMessage(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.toString() : root.getMessage();
    }
}
