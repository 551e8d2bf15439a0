/// How the platform talks to the agent in a guest.
///
/// An agent plugin registers an [AgentDriver] service with the property [AgentDriver#NAME].
@Export
@Version("1.1.0")
@NullMarked
package io.sunaba.agent;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
