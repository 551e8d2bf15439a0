package io.sunaba.core.factory;

import static java.util.Objects.requireNonNull;

import io.sunaba.core.plugin.Kind;
import io.sunaba.core.plugin.Plugins;
import io.sunaba.error.SunabaException;
import io.sunaba.factory.Vm;
import io.sunaba.factory.VmFactory;
import io.sunaba.hypervisor.HypervisorConfig;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The VM factories in their order: when one cannot serve, the next one is asked.
///
/// Any failure that a factory tells of is a reason, a rejection too: a factory may refuse what the
/// next one can do, and nothing was started then. But a guest has its boot timeout once: when that
/// has passed, no further machine is tried.
public final class Factories {
    /// Hears of each request that goes on to the next factory.
    public interface Listener {
        void fellBack(String from, String to, String reason);
    }

    private record Named(String name, VmFactory factory) {}

    private static final Logger LOG = LoggerFactory.getLogger(Factories.class);

    private final Plugins plugins;
    private final List<String> order;
    private final Listener listener;

    /// @param order names of factories; they need not be there
    public Factories(Plugins plugins, List<String> order, Listener listener) {
        this.plugins = requireNonNull(plugins, "plugins is null");
        this.order = List.copyOf(order);
        this.listener = requireNonNull(listener, "listener is null");
    }

    /// Has the chosen factory make a machine, or one that comes after it in the order; after one
    /// that is not in it come all. The chosen one is waited for; others that are not there are
    /// passed over.
    ///
    /// @throws SunabaException the failure of the last one that was asked, with those before it as
    ///   suppressed
    public Vm newVm(String chosen, HypervisorConfig wanted) throws InterruptedException {
        Named first = new Named(chosen, plugins.require(Kind.FACTORY, chosen));
        long deadline = System.nanoTime() + wanted.bootTimeout().toNanos();
        Iterator<String> rest = order.listIterator(order.indexOf(chosen) + 1);
        return ask(first, rest, wanted, deadline);
    }

    private Vm ask(Named asked, Iterator<String> rest, HypervisorConfig wanted, long deadline)
            throws InterruptedException {
        try {
            return asked.factory.newVm(wanted);
        } catch (SunabaException e) {
            Optional<Named> next = System.nanoTime() - deadline < 0 ? next(rest) : Optional.empty();
            Named other = next.orElseThrow(() -> e);
            tell(asked, other, wanted, e);
            try {
                return ask(other, rest, wanted, deadline);
            } catch (SunabaException later) {
                later.addSuppressed(e);
                throw later;
            }
        }
    }

    private Optional<Named> next(Iterator<String> rest) {
        while (rest.hasNext()) {
            String name = rest.next();
            Optional<VmFactory> factory = plugins.find(Kind.FACTORY, name);
            if (factory.isPresent()) {
                return factory.map(found -> new Named(name, found));
            }
        }
        return Optional.empty();
    }

    private void tell(Named from, Named to, HypervisorConfig wanted, SunabaException failure) {
        String reason = String.valueOf(failure.getMessage()).replaceAll("\\p{Cntrl}+", " ");
        LOG.info(
                "Factory {} is asked for the machine of {}, because {} cannot serve: {}",
                to.name,
                wanted.owner(),
                from.name,
                reason);
        listener.fellBack(from.name, to.name, reason);
    }
}
