package io.sunaba.core.sandbox;

import static java.util.Objects.requireNonNull;

import io.sunaba.core.network.HostNetworks;
import io.sunaba.core.network.Link;
import io.sunaba.core.record.InterfaceRecord;
import io.sunaba.core.record.InterfaceRecord.Intent;
import io.sunaba.core.record.NetworkRecord;
import io.sunaba.core.record.SandboxRecord;
import io.sunaba.core.validation.NetworkRules;
import io.sunaba.core.validation.RouteRules;
import io.sunaba.core.workflow.Action;
import io.sunaba.core.workflow.Step;
import io.sunaba.core.workflow.Uninterrupted;
import io.sunaba.core.workflow.Workflow;
import io.sunaba.error.ConflictException;
import io.sunaba.error.NotFoundException;
import io.sunaba.error.TimedOutException;
import io.sunaba.hypervisor.InterfaceHotplug;
import io.sunaba.hypervisor.Machine;
import io.sunaba.sandbox.Interface;
import io.sunaba.sandbox.Route;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Changes to the network of one sandbox. Called under its exclusive lock.
final class NetworkWork {
    private static final Logger LOG = LoggerFactory.getLogger(NetworkWork.class);

    private final HostNetworks host;
    private final NetworkPlan plan;
    private final GuestNetwork guest;
    private final Ledger ledger;
    private final Connection connection;

    NetworkWork(HostNetworks host, Ledger ledger, Connection connection) {
        this.host = requireNonNull(host, "host is null");
        this.plan = new NetworkPlan(host);
        this.guest = new GuestNetwork(connection);
        this.ledger = requireNonNull(ledger, "ledger is null");
        this.connection = requireNonNull(connection, "connection is null");
    }

    private SandboxRecord sandbox() {
        return ledger.record();
    }

    private NetworkRecord network() {
        return sandbox().network();
    }

    private InterfaceHotplug hotplug() throws InterruptedException {
        return connection.machine().ability(InterfaceHotplug.class);
    }

    // ---- interfaces ----------------------------------------------------------------------------

    Interface add(Interface asked) throws InterruptedException {
        NetworkRules.check(asked);
        SandboxRecord before = sandbox();
        requireFree(asked);
        InterfaceHotplug hotplug = hotplug();
        InterfaceRecord planned = plan.planned(asked, network());
        Link link = NetworkPlan.requireLink(planned);
        NetworkRecord after = Routing.with(network(), planned, link);
        SandboxRecord intended = before.on(network().with(planned.intending(Intent.ADD)));
        CompletableFuture<Interface> added = new CompletableFuture<>();
        AtomicBoolean stuck = new AtomicBoolean();
        Workflow.run(
                "interface " + asked.name() + " of sandbox " + before.id(),
                List.of(
                        new Step(
                                "its intent record",
                                () -> ledger.intend(intended),
                                () -> takeBack(stuck, intended)),
                        new Step(
                                "its network",
                                () -> host.make(link),
                                telling(stuck, () -> host.remove(link))),
                        new Step(
                                "its device",
                                () -> hotplug.plugInterface(NetworkPlan.spec(planned)),
                                telling(stuck, () -> hotplug.unplugInterface(planned.deviceId()))),
                        new Step(
                                "its addresses",
                                () -> added.complete(guest.configure(planned)),
                                () -> {
                                    // They go with the device.
                                }),
                        new Step(
                                "its routes",
                                () -> follow(before.network(), after),
                                telling(stuck, () -> guest.route(before.network()))),
                        new Step(
                                "its name servers",
                                () -> guest.name(before.network(), after),
                                () -> guest.name(after, before.network())),
                        new Step(
                                "its record",
                                () ->
                                        ledger.commit(
                                                before.on(after)
                                                        .on(connection.machine().record())))));
        LOG.info("Sandbox {} has the interface {} now", before.id(), asked.name());
        return added.join();
    }

    private void requireFree(Interface asked) {
        if (network().find(asked.name()).isPresent()) {
            throw new ConflictException(
                    "sandbox %s has an interface %s already"
                            .formatted(sandbox().id(), asked.name()));
        }
        NetworkRules.requireDistinct(
                Stream.concat(
                                network().interfaces().stream().map(InterfaceRecord::config),
                                Stream.of(asked))
                        .toList());
    }

    /// Takes note if an undo fails: what it should have undone is left then.
    private static Action telling(AtomicBoolean stuck, Action undo) {
        return () -> {
            try {
                undo.run();
            } catch (RuntimeException failure) {
                stuck.set(true);
                throw failure;
            }
        };
    }

    /// Takes an intent back, or leaves it for the next change if something is left.
    private void takeBack(AtomicBoolean stuck, SandboxRecord intended) {
        Machine machine = connection.machineAtHand();
        if (stuck.get()) {
            ledger.note(machine == null ? intended : intended.on(machine.record()));
        } else {
            ledger.flush();
        }
    }

    Interface remove(String name) throws InterruptedException {
        InterfaceRecord removed =
                network()
                        .find(name)
                        .orElseThrow(() ->
                                new NotFoundException(
                                        "sandbox %s has no interface '%s'"
                                                .formatted(sandbox().id(), name)));
        NetworkRecord before = network();
        NetworkRecord after = Routing.without(before, name);
        if (sandbox().machine() == null) {
            Link left = removed.link();
            if (left != null) {
                host.remove(left);
            }
            ledger.commit(sandbox().on(after));
            return removed.config();
        }
        SandboxRecord intended = sandbox().on(before.with(removed.intending(Intent.REMOVE)));
        ledger.intend(intended);
        try {
            hotplug().unplugInterface(removed.deviceId());
        } catch (TimedOutException | ConflictException stillPlugged) {
            ledger.flush();
            throw stillPlugged;
        } catch (RuntimeException | InterruptedException unknown) {
            ledger.note(intended);
            throw unknown;
        }
        try {
            host.remove(NetworkPlan.requireLink(removed));
            guest.followRemoval(before, after, name);
        } catch (RuntimeException | InterruptedException failure) {
            ledger.note(intended.on(connection.machine().record()));
            throw failure;
        }
        ledger.note(sandbox().on(after).on(connection.machine().record()));
        LOG.info("Sandbox {} has the interface {} no longer", sandbox().id(), name);
        return NetworkPlan.inGuest(removed);
    }

    List<Interface> list() throws InterruptedException {
        return guest.interfaces(network());
    }

    // ---- routes --------------------------------------------------------------------------------

    List<Route> updateRoutes(List<Route> routes) throws InterruptedException {
        SandboxRecord before = sandbox();
        RouteRules.check(
                routes, network().interfaces().stream().map(InterfaceRecord::name).toList());
        SandboxRecord intended = before.on(network().routing(true));
        CompletableFuture<List<Route>> set = new CompletableFuture<>();
        AtomicBoolean stuck = new AtomicBoolean();
        Workflow.run(
                "routes of sandbox " + before.id(),
                List.of(
                        new Step(
                                "their intent record",
                                () -> ledger.intend(intended),
                                () -> takeBack(stuck, intended)),
                        new Step(
                                "the guest's routes",
                                () ->
                                        orRestored(
                                                stuck,
                                                before.network(),
                                                () -> set.complete(guest.route(routes))),
                                telling(stuck, () -> guest.route(before.network()))),
                        new Step(
                                "their record",
                                () -> ledger.commit(before.on(network().routed(routes))))));
        return set.join();
    }

    List<Route> routes() throws InterruptedException {
        return guest.routes();
    }

    /// Has the guest follow one more interface; on failure all is as before.
    private void follow(NetworkRecord before, NetworkRecord after) throws InterruptedException {
        if (!Routing.routes(before).equals(Routing.routes(after))) {
            orRestored(new AtomicBoolean(), before, () -> guest.route(after));
        }
    }

    /// Sets the routes as they were if an action fails.
    private void orRestored(AtomicBoolean stuck, NetworkRecord before, Action action)
            throws InterruptedException {
        try {
            action.run();
        } catch (RuntimeException | InterruptedException failure) {
            try {
                Uninterrupted.run(() -> guest.route(before));
            } catch (RuntimeException e) {
                stuck.set(true);
                failure.addSuppressed(e);
            }
            throw failure;
        }
    }

    // ---- start and end of the machine ----------------------------------------------------------

    NetworkPlan plan() {
        return plan;
    }

    /// Makes the host's side of all interfaces, or of none.
    void make(NetworkRecord network) throws InterruptedException {
        Workflow.run(
                "the networks of sandbox " + sandbox().id(),
                network.interfaces().stream()
                        .map(NetworkPlan::requireLink)
                        .map(link ->
                                new Step(
                                        "a network",
                                        () -> host.make(link),
                                        () -> host.remove(link)))
                        .toList());
    }

    /// Removes the host's side of all interfaces.
    void remove(NetworkRecord network) throws InterruptedException {
        for (InterfaceRecord each : network.interfaces()) {
            Link link = each.link();
            if (link != null) {
                host.remove(link);
            }
        }
    }

    /// Brings all interfaces into a new machine and its guest; what is done goes with the machine.
    void bring(NetworkRecord network) throws InterruptedException {
        if (network.interfaces().isEmpty()) {
            return;
        }
        InterfaceHotplug hotplug = hotplug();
        for (InterfaceRecord each : network.interfaces()) {
            hotplug.plugInterface(NetworkPlan.spec(each));
            guest.configure(each);
        }
        if (!Routing.routes(network).isEmpty()) {
            guest.route(network);
        }
    }

    /// Takes away what is left on the host of a machine that is gone, and takes note of it. What
    /// cannot be taken away stays on record, for the next time.
    void clear() throws InterruptedException {
        NetworkRecord cleared = network();
        for (InterfaceRecord each : network().interfaces()) {
            Link link = each.link();
            if (link != null && removed(each.name(), link)) {
                cleared =
                        each.intent() == null
                                ? cleared.with(each.linked(null))
                                : Routing.without(cleared, each.name());
            }
        }
        cleared = cleared.routing(false);
        if (!cleared.equals(network())) {
            ledger.note(sandbox().on(cleared));
        }
    }

    private boolean removed(String name, Link link) throws InterruptedException {
        try {
            host.remove(link);
            return true;
        } catch (RuntimeException e) {
            LOG.warn(
                    "The network of interface {} of sandbox {} is left on the host for now",
                    name,
                    sandbox().id(),
                    e);
            return false;
        }
    }

    // ---- after a crash -------------------------------------------------------------------------

    /// Takes away what was begun and may not be done, and sets the routes that stand on record.
    void settle() throws InterruptedException {
        if (sandbox().machine() == null) {
            clear();
            return;
        }
        NetworkRecord found = network();
        for (InterfaceRecord each : found.interfaces()) {
            if (each.intent() != null) {
                hotplug().unplugInterface(each.deviceId());
                if (removed(each.name(), NetworkPlan.requireLink(each))) {
                    ledger.note(
                            sandbox()
                                    .on(Routing.without(network(), each.name()).routing(true))
                                    .on(connection.machine().record()));
                    LOG.info(
                            "Interface {} of sandbox {}: its {} was cut short, and it is gone",
                            each.name(),
                            sandbox().id(),
                            each.intent());
                }
            }
        }
        if (network().routing()) {
            guest.route(network());
            guest.name(network());
            ledger.note(sandbox().on(network().routing(false)));
        }
    }
}
