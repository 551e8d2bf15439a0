package io.sunaba.agent;

import io.sunaba.sandbox.ContainerStats;
import io.sunaba.sandbox.Interface;
import io.sunaba.sandbox.OomEvent;
import io.sunaba.sandbox.ProcessConfig;
import io.sunaba.sandbox.ProcessList;
import io.sunaba.sandbox.Resources;
import io.sunaba.sandbox.Route;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
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
///   [io.sunaba.error.RejectedException] as the agent says, with its own words;
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

    /// Ends all containers and has everything written out, so that the machine can be ended.
    void destroySandbox() throws InterruptedException;

    /// Brings CPUs and memory that were plugged into use.
    ///
    /// @param vcpus how many CPUs the guest is to use in all
    void onlineResources(int vcpus) throws InterruptedException;

    /// Returns metrics of agent and guest in Prometheus text format.
    String metrics() throws InterruptedException;

    // ---- containers ----------------------------------------------------------------------------

    /// Creates a container without starting it.
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

    /// Waits until a process has ended and returns its exit code, or 128 plus the signal's number.
    /// What a container's first process printed can be read afterwards too, until the container is
    /// removed.
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

    /// Waits for the next container that runs out of memory.
    OomEvent awaitOomEvent() throws InterruptedException;

    // ---- streams -------------------------------------------------------------------------------

    /// Writes to a process's standard input; returns when all of it was taken.
    void writeStdin(String containerId, String processId, byte[] data) throws InterruptedException;

    /// Gives a process an end of file on its standard input.
    void closeStdin(String containerId, String processId) throws InterruptedException;

    /// Waits for output of a process and returns it; empty at its end.
    byte[] readStdout(String containerId, String processId, int maximumBytes)
            throws InterruptedException;

    /// Waits for error output of a process and returns it; empty at its end.
    byte[] readStderr(String containerId, String processId, int maximumBytes)
            throws InterruptedException;

    /// Tells a process's terminal its size in character cells.
    void resizeTerminal(String containerId, String processId, int height, int width)
            throws InterruptedException;

    // ---- network -------------------------------------------------------------------------------

    /// Configures the interface that has this MAC address and returns it as it is then.
    Interface updateInterface(Interface networkInterface) throws InterruptedException;

    /// Lists the interfaces.
    List<Interface> listInterfaces() throws InterruptedException;

    /// Replaces the routes, those of connected networks aside, and returns what is in force.
    List<Route> updateRoutes(List<Route> routes) throws InterruptedException;

    /// Lists the routes.
    List<Route> listRoutes() throws InterruptedException;

    // --------------------------------------------------------------------------------------------

    /// Asks whether the agent answers, and returns how long that took.
    Duration check() throws InterruptedException;

    /// Closes the connection. The guest goes on. A second call does nothing.
    @Override
    void close();
}
