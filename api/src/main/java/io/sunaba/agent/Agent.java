package io.sunaba.agent;

import io.sunaba.error.RejectedException;
import io.sunaba.sandbox.ContainerStats;
import io.sunaba.sandbox.Interface;
import io.sunaba.sandbox.OomEvent;
import io.sunaba.sandbox.ProcessConfig;
import io.sunaba.sandbox.ProcessList;
import io.sunaba.sandbox.Resources;
import io.sunaba.sandbox.Route;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ConsumerType;

/// A connection to the agent of one guest. Implemented by agent plugins.
///
/// Methods may be called from any thread, any number at once; a call that waits holds no other up.
/// They block until the agent has answered and give up at once when interrupted; what the agent was
/// asked to do may still happen then. All fail alike:
///
/// - [io.sunaba.error.NotFoundException], [io.sunaba.error.ConflictException] and
///   [io.sunaba.error.RejectedException] as the agent says, with its own words and the id that it
///   was asked about;
/// - [io.sunaba.error.TimedOutException] after the configured time without an answer (60 s; none
///   for [#waitProcess], [#awaitOomEvent] and the streams);
/// - [io.sunaba.error.UnavailableException] when the connection is lost or closed.
@ConsumerType
public interface Agent extends AutoCloseable {
    /// Tells about the guest, as the agent said when the connection was made.
    GuestDetails guestDetails();

    /// Completes with the reason, in one line, when the connection is lost; never if it is closed.
    /// Dependents run on a thread of their own and may block.
    CompletionStage<String> lost();

    // ---- guest ---------------------------------------------------------------------------------

    /// Sets the guest's clock.
    void setTime(Instant now) throws InterruptedException;

    /// Adds entropy to the guest's random number generator and has it reseeded.
    void addEntropy(byte[] entropy) throws InterruptedException;

    /// Prepares the guest for a sandbox. Once per guest.
    void createSandbox(GuestSandbox sandbox) throws InterruptedException;

    /// Makes a guest one of its own: does what [#addEntropy], [#setTime] and [#createSandbox] do,
    /// each before anything that needs it, and in one call if the agent can. Once per guest. On
    /// failure some of it may have been done.
    ///
    /// @param clock tells what time it is; asked when that is on its way
    /// @return how old the time can have been at most when the guest's clock was set to it
    default Duration prepareSandbox(byte[] entropy, InstantSource clock, GuestSandbox sandbox)
            throws InterruptedException {
        addEntropy(entropy);
        long begun = System.nanoTime();
        setTime(clock.instant());
        Duration age = Duration.ofNanos(System.nanoTime() - begun);
        createSandbox(sandbox);
        return age;
    }

    /// Ends all containers and has everything written out, so that the machine can be ended.
    void destroySandbox() throws InterruptedException;

    /// Brings CPUs and memory that were plugged into use.
    ///
    /// @param vcpus how many CPUs the guest is to use in all
    void onlineResources(int vcpus) throws InterruptedException;

    /// Returns metrics of agent and guest in Prometheus text format.
    String metrics() throws InterruptedException;

    /// Gets the guest ready for its machine to be saved, or to wait for a user: what is done then,
    /// or has become quick by practice, is so in every copy. Legal while there is no sandbox. May
    /// do nothing.
    void settle() throws InterruptedException;

    // ---- containers ----------------------------------------------------------------------------

    /// Creates a container without starting it. Its first process is known by the container's id.
    void createContainer(GuestContainer container) throws InterruptedException;

    /// Starts a container.
    void startContainer(String containerId) throws InterruptedException;

    /// Removes a container, killing what still runs of it, and all that the guest holds of it. Its
    /// disk can be unplugged afterwards.
    void removeContainer(String containerId) throws InterruptedException;

    /// Runs a further process in a container.
    void execProcess(String containerId, String processId, ProcessConfig process)
            throws InterruptedException;

    /// Signals a process. Signalling what is dead is no error.
    ///
    /// @param processId the process, or null for all of the container
    void signalProcess(String containerId, @Nullable String processId, int signal)
            throws InterruptedException;

    /// Waits until a process has ended and returns its exit code, or 128 plus the signal's number;
    /// as often as it is asked, until the container is removed. What a container's first process
    /// printed can be read afterwards too, until the container is removed.
    int waitProcess(String containerId, String processId) throws InterruptedException;

    /// Lists the processes in a container.
    ProcessList listProcesses(String containerId, List<String> options) throws InterruptedException;

    /// Changes a container's resources; what is null stays.
    void updateContainer(String containerId, Resources resources) throws InterruptedException;

    /// Measures a container.
    ContainerStats statsContainer(String containerId) throws InterruptedException;

    /// Freezes a container.
    void pauseContainer(String containerId) throws InterruptedException;

    /// Lets a frozen container go on.
    void resumeContainer(String containerId) throws InterruptedException;

    /// Gives a container a storage device, whether the container runs or not. It has it until it is
    /// removed; one that is created anew has none. On failure nothing has changed.
    ///
    /// @throws io.sunaba.error.ConflictException if the container has ended, or has a device of
    ///   that id
    /// @throws RejectedException if the device cannot be mounted there, or if the agent has no such
    ///   call, as a stock agent of Kata; the message says so
    default void addDevice(String containerId, GuestDevice device) throws InterruptedException {
        throw new RejectedException(
                "add device %s to container %s: the agent cannot"
                        .formatted(device.id(), containerId));
    }

    /// Takes a storage device away from a container again. What was written is on it then, and it
    /// can be unplugged.
    ///
    /// @throws io.sunaba.error.ConflictException if it is in use; nothing has changed
    /// @throws io.sunaba.error.NotFoundException if the container has no device of that id
    /// @throws RejectedException as [#addDevice]
    default void removeDevice(String containerId, String deviceId) throws InterruptedException {
        throw new RejectedException(
                "remove device %s from container %s: the agent cannot"
                        .formatted(deviceId, containerId));
    }

    /// Waits for the next container that runs out of memory.
    OomEvent awaitOomEvent() throws InterruptedException;

    // ---- streams -------------------------------------------------------------------------------

    /// Writes to a process's standard input; returns when all of it was taken.
    void writeStdin(String containerId, String processId, byte[] data) throws InterruptedException;

    /// Gives a process an end of file on its standard input.
    void closeStdin(String containerId, String processId) throws InterruptedException;

    /// Waits for output of a process, which need not have been started yet, and returns it; empty
    /// at its end.
    byte[] readStdout(String containerId, String processId, int maximumBytes)
            throws InterruptedException;

    /// Waits for error output of a process and returns it; empty at its end.
    byte[] readStderr(String containerId, String processId, int maximumBytes)
            throws InterruptedException;

    /// As [#readStdout(String, String, int)], for a caller that counts: output that it has not had,
    /// because the connection ended before, comes again. An agent that cannot do this may lose it.
    ///
    /// @param position what it has had
    default byte[] readStdout(
            String containerId, String processId, int maximumBytes, StreamPosition position)
            throws InterruptedException {
        return readStdout(containerId, processId, maximumBytes);
    }

    /// As [#readStdout(String, String, int, StreamPosition)], of error output.
    default byte[] readStderr(
            String containerId, String processId, int maximumBytes, StreamPosition position)
            throws InterruptedException {
        return readStderr(containerId, processId, maximumBytes);
    }

    /// Tells how far the user before has come in the output of a process, if he has left (see
    /// [#leave]) while he waited for more. Whoever reads on from there, and counts on with that
    /// position, gets what he waited for. Asks nobody.
    default Optional<StreamPosition> stdoutPosition(String containerId, String processId) {
        return Optional.empty();
    }

    /// As [#stdoutPosition], of error output.
    default Optional<StreamPosition> stderrPosition(String containerId, String processId) {
        return Optional.empty();
    }

    /// Tells what a caller has had that counts and asks for no more. May do nothing.
    default void confirmStdout(String containerId, String processId, StreamPosition position)
            throws InterruptedException {}

    /// As [#confirmStdout], of error output.
    default void confirmStderr(String containerId, String processId, StreamPosition position)
            throws InterruptedException {}

    /// As [#writeStdin(String, String, byte[])], for a caller that counts: it may repeat a call
    /// that failed because the connection ended, and what was taken then is not taken again. An
    /// agent that cannot do this may take it twice.
    ///
    /// @param position what it has given before
    default void writeStdin(
            String containerId, String processId, byte[] data, StreamPosition position)
            throws InterruptedException {
        writeStdin(containerId, processId, data);
    }

    /// Tells a process's terminal its size in character cells.
    void resizeTerminal(String containerId, String processId, int height, int width)
            throws InterruptedException;

    // ---- network -------------------------------------------------------------------------------

    /// Configures the interface that has this MAC address and returns it as it is then. One that is
    /// just being plugged is waited for. Addresses are replaced; on failure nothing has changed.
    Interface updateInterface(Interface networkInterface) throws InterruptedException;

    /// Lists the interfaces.
    List<Interface> listInterfaces() throws InterruptedException;

    /// Replaces the sandbox's name servers; its containers see that at once.
    ///
    /// @param addresses IPv4 or IPv6, the first to be asked first; none = there are none
    /// @throws io.sunaba.error.RejectedException if an address is none, or the agent cannot
    default void setNameServers(List<String> addresses) throws InterruptedException {
        throw new RejectedException("set the name servers: this agent cannot");
    }

    /// Replaces the routes, those of connected networks aside, and returns what is in force.
    List<Route> updateRoutes(List<Route> routes) throws InterruptedException;

    /// Lists the routes.
    List<Route> listRoutes() throws InterruptedException;

    // --------------------------------------------------------------------------------------------

    /// Asks whether the agent answers, and returns how long that took.
    Duration check() throws InterruptedException;

    /// Leaves the connection to whoever connects to the same endpoint within the next seconds, and
    /// is of no use afterwards, as if it was closed: calls that are under way fail with
    /// [UnavailableException][io.sunaba.error.UnavailableException]. But what waits in the guest,
    /// for a process, an event or output, goes on waiting there, and who asks the same again gets
    /// that answer. It is called when the core goes, and when the plugin of this agent goes, which
    /// may be replaced. An agent that cannot do this closes.
    default void leave() {
        close();
    }

    /// Closes the connection. The guest goes on. A second call does nothing.
    @Override
    void close();
}
