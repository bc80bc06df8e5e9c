package onlabel.interop;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.FhirVersionEnum;
import ca.uhn.fhir.context.support.IValidationSupport;
import ca.uhn.fhir.context.support.IValidationSupport.IssueSeverity;
import ca.uhn.fhir.validation.FhirValidator;
import ca.uhn.fhir.validation.SingleValidationMessage;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.fhir.ucum.UcumEssenceService;
import org.fhir.ucum.UcumException;
import org.fhir.ucum.UcumService;
import org.hl7.fhir.common.hapi.validation.support.CommonCodeSystemsTerminologyService;
import org.hl7.fhir.common.hapi.validation.support.InMemoryTerminologyServerValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.PrePopulatedValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.UnknownCodeSystemWarningValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.ValidationSupportChain;
import org.hl7.fhir.common.hapi.validation.validator.FhirDefaultPolicyAdvisor;
import org.hl7.fhir.common.hapi.validation.validator.FhirInstanceValidator;
import org.hl7.fhir.common.hapi.validation.validator.WorkerContextValidationSupportAdapter;
import org.hl7.fhir.r5.elementmodel.Element;
import org.hl7.fhir.r5.elementmodel.Manager;
import org.hl7.fhir.r5.model.CanonicalResource;
import org.hl7.fhir.r5.model.CanonicalType;
import org.hl7.fhir.r5.utils.validation.IResourceValidator;
import org.hl7.fhir.r5.utils.validation.IValidatorResourceFetcher;
import org.hl7.fhir.r5.utils.validation.constants.BestPracticeWarningLevel;
import org.hl7.fhir.r5.utils.validation.constants.ReferenceValidationPolicy;
import org.hl7.fhir.utilities.npm.NpmPackage;
import org.hl7.fhir.validation.instance.InstanceValidator;

/**
 * The HL7 validator over NDJSON, without a network.
 *
 * <p>The one argument is the folder that keeps FHIR's definitions. A request on standard input is a line with a FHIR version
 * (R4, R4B, R5), a number, and NDJSON files in which relative references must resolve, with tabs between; conformance resources
 * among them join the definitions, and so do those of FHIR packages (.tgz). No snapshot is generated: definitions have theirs. So many lines follow, each a resource that is validated as it stands. Each is answered on
 * standard output, in their order, by a line {@code {"resource": "Type/id", "issues": [{"severity", "code", "path", "text"}]}}.
 * One program answers many requests: most of what the first takes is for Java to become quick.
 */
public final class Validate {

    private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

    private Validate() {}

    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 1) {
            System.err.println("usage: Validate FOLDER");
            System.exit(2);
        }
        Map<String, PrePopulatedValidationSupport> definitions = new HashMap<>();
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            List<String> request = List.of(line.split("\t"));
            FhirContext fhir = FhirContext.forCached(FhirVersionEnum.valueOf(request.get(0)));
            if (!definitions.containsKey(request.get(0))) {
                definitions.put(request.get(0), Definitions.load(fhir, Path.of(arguments[0])));
            }
            List<String> resources = new ArrayList<>();
            for (int left = Integer.parseInt(request.get(1)); left > 0; left--) {
                resources.add(in.readLine());
            }
            FhirValidator validator = validator(fhir, definitions.get(request.get(0)), request.subList(2, request.size()));
            resources.parallelStream().map(each -> answer(validator, each)).toList().forEach(out::println);
        }
    }

    private static String answer(FhirValidator validator, String resource) {
        JsonObject answer = new JsonObject();
        answer.addProperty("resource", name(JsonParser.parseString(resource).getAsJsonObject()));
        JsonArray issues = new JsonArray();
        // The text as it stands: parsing it first would hide faults of the JSON.
        validator.validateWithResult(resource).getMessages().forEach(message -> issues.add(issue(message)));
        answer.add("issues", issues);
        return GSON.toJson(answer);
    }

    private static FhirValidator validator(
            FhirContext fhir, PrePopulatedValidationSupport definitions, List<String> files) throws IOException {
        var own = new PrePopulatedValidationSupport(fhir);
        Map<String, String> published = new HashMap<>();
        for (String file : files) {
            if (file.endsWith(".tgz")) {
                addPackage(fhir, own, Path.of(file));
                continue;
            }
            for (String line : Files.readAllLines(Path.of(file))) {
                JsonObject resource = JsonParser.parseString(line).getAsJsonObject();
                published.put(name(resource), line);
                if (Definitions.TYPES.contains(resource.get("resourceType").getAsString())) {
                    own.addResource(fhir.newJsonParser().parseResource(line));
                }
            }
        }
        var terminology = new InMemoryTerminologyServerValidationSupport(fhir);
        terminology.setIssueSeverityForCodeDisplayMismatch(IssueSeverity.ERROR);
        var unknown = new UnknownCodeSystemWarningValidationSupport(fhir);
        unknown.setNonExistentCodeSystemSeverity(IssueSeverity.WARNING); // RxNorm, NCIt and the like are in no jar
        var support = new ValidationSupportChain(
                own,
                definitions,
                new CommonCodeSystemsTerminologyService(fhir),
                terminology,
                unknown);
        var module = new FhirInstanceValidator(support);
        module.setWrappedWorkerContext(support, new ContextWithUnits(support));
        module.setErrorForUnknownProfiles(true);
        module.setAnyExtensionsAllowed(true); // our own are checked where their definitions are published
        module.setBestPracticeWarningLevel(BestPracticeWarningLevel.Ignore);
        module.setValidatorPolicyAdvisor(new RelativeReferencesExist());
        module.setValidatorResourceFetcher(new Published(published));
        return fhir.newValidator().registerValidatorModule(module);
    }

    /** Reads a FHIR package as HAPI does. */
    private static void addPackage(FhirContext fhir, PrePopulatedValidationSupport own, Path file) throws IOException {
        try (InputStream packed = Files.newInputStream(file)) {
            NpmPackage read = NpmPackage.fromPackage(packed);
            for (String name : read.listResources(Definitions.TYPES)) {
                try (InputStream resource = read.load("package", name)) {
                    own.addResource(fhir.newJsonParser().parseResource(resource));
                }
            }
        }
    }

    private static String name(JsonObject resource) {
        String id = resource.has("id") ? resource.get("id").getAsString() : "";
        return resource.get("resourceType").getAsString() + "/" + id;
    }

    private static JsonObject issue(SingleValidationMessage message) {
        JsonObject issue = new JsonObject();
        issue.addProperty("severity", message.getSeverity().getCode());
        issue.addProperty("code", message.getMessageId());
        issue.addProperty("path", message.getLocationString());
        issue.addProperty("text", message.getMessage());
        return issue;
    }

    /** Compares quantities of different units (1 month to 21 years), which HAPI alone reports as a broken rule. */
    private static final class ContextWithUnits extends WorkerContextValidationSupportAdapter {

        private final UcumService units;

        ContextWithUnits(IValidationSupport support) {
            super(support);
            try (InputStream definitions = UcumEssenceService.class.getResourceAsStream("/ucum-essence.xml")) {
                units = new UcumEssenceService(definitions);
            } catch (IOException | UcumException problem) {
                throw new IllegalStateException("UCUM's definitions cannot be read", problem);
            }
        }

        @Override
        public UcumService getUcumService() {
            return units;
        }
    }

    /** Relative references must be there and of an allowed type; absolute ones lead out of the snapshot. */
    private static final class RelativeReferencesExist extends FhirDefaultPolicyAdvisor {
        @Override
        public ReferenceValidationPolicy policyForReference(
                IResourceValidator validator, Object context, String path, String url, ReferenceDestinationType destination) {
            return url.startsWith("http") || url.startsWith("urn:")
                    ? ReferenceValidationPolicy.IGNORE
                    : ReferenceValidationPolicy.CHECK_EXISTS_AND_TYPE;
        }
    }

    /** What relative references can point at. */
    private record Published(Map<String, String> resources) implements IValidatorResourceFetcher {
        @Override
        public Element fetch(IResourceValidator validator, Object context, String url) throws IOException {
            String json = resources.get(url);
            if (json == null) {
                return null;
            }
            var bytes = new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8));
            return Manager.parseSingle(((InstanceValidator) validator).getContext(), bytes, Manager.FhirFormat.JSON);
        }

        @Override
        public boolean resolveURL(
                IResourceValidator validator,
                Object context,
                String path,
                String url,
                String type,
                boolean canonical,
                List<CanonicalType> targets) {
            return true; // a canonical that is nowhere published is not this validator's business
        }

        @Override
        public byte[] fetchRaw(IResourceValidator validator, String url) {
            return null;
        }

        @Override
        public IValidatorResourceFetcher setLocale(Locale locale) {
            return this;
        }

        @Override
        public CanonicalResource fetchCanonicalResource(IResourceValidator validator, Object context, String url) {
            return null;
        }

        @Override
        public boolean fetchesCanonicalResource(IResourceValidator validator, String url) {
            return false;
        }

        @Override
        public Set<ResourceVersionInformation> fetchCanonicalResourceVersions(
                IResourceValidator validator, Object context, String url) {
            return Set.of();
        }
    }
}
